/** How much of everything a release message shows. What is left out is counted, and stands in Details. */
export type Density = {
  readonly blockers: number;
  readonly blockerChars: number;
  readonly sections: number;
  readonly lines: number;
  readonly lineChars: number;
  readonly signOffs: number;
  readonly signOffChars: number;
  /** Characters of a person's name and of a title. */
  readonly nameChars: number;
  readonly idChars: number;
};

/** From roomy to bare. The last one fits whatever anybody configures: a property test holds it. */
export const DENSITIES: readonly [Density, ...Density[]] = [
  density(40, 700, 10, 12, 260, 20, 300, 60, 70),
  density(20, 400, 10, 6, 180, 14, 220, 60, 70),
  density(12, 300, 10, 4, 140, 10, 160, 40, 60),
  density(8, 220, 10, 2, 120, 8, 120, 30, 50),
  density(6, 180, 10, 1, 90, 5, 90, 24, 40),
  density(5, 160, 10, 0, 0, 3, 80, 20, 30),
  density(4, 140, 5, 0, 0, 2, 70, 20, 24),
  density(2, 120, 0, 0, 0, 1, 60, 16, 20),
];

function density(
  blockers: number,
  blockerChars: number,
  sections: number,
  lines: number,
  lineChars: number,
  signOffs: number,
  signOffChars: number,
  nameChars: number,
  idChars: number,
): Density {
  return { blockers, blockerChars, sections, lines, lineChars, signOffs, signOffChars, nameChars, idChars };
}
