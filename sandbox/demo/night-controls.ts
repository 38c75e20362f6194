import type { House } from "#sandbox/demo/house";
import { type LocalTime, nextAt } from "#sandbox/demo/next-night";
import type { Control } from "#sandbox/page/extras";

type Leap = LocalTime & { readonly id: string; readonly label: string; readonly comes: string };

const LEAPS: readonly Leap[] = [
  {
    id: "to-night",
    label: "Sleep until 02:30",
    time: "02:30",
    comes: "The smoke suites run within half a minute: green is a line in the week's thread, anything else is loud",
  },
  {
    id: "to-morning",
    label: "Sleep until 08:00",
    time: "08:00",
    comes: "The morning's digest comes within half a minute",
  },
  {
    id: "to-sunday",
    label: "Sleep until Sunday, 04:00",
    time: "04:00",
    weekday: "Sun",
    comes: "The weekly evaluation begins within half a minute, and asks every question",
  },
];

/** The nights' controls: time leaps, and what is due runs by itself. */
export function nightControls({ clock }: Pick<House, "clock">): readonly Control[] {
  return LEAPS.map(({ id, label, comes, ...local }) => ({
    id,
    label,
    about: comes,
    async run() {
      await clock.holdAt(nextAt(clock.now(), local));
      await clock.asUsual();
      return { ok: true, said: `It is ${local.time}. ${comes}.` };
    },
  }));
}
