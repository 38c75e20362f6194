import { Client } from "pg";

/** Shorter pieces say next to nothing of a password, and blotting them would leave no readable sentence. */
const SHORTEST_PIECE = 3;

/** The password as the driver itself reads it from the connection string; it connects nowhere. */
function driverPassword(connectionString: string): string | undefined {
  try {
    return new Client({ connectionString }).password;
  } catch {
    // Not a connection string to the driver: the other readings have to do.
    return undefined;
  }
}

/**
 * Every spelling under which the connection string's password could stand in an error's text: as the driver reads it, as a
 * stricter or laxer reader would, and the pieces that are left of it when somebody splits at the wrong `@`, `:` or `/`.
 */
export function secretsOf(connectionString: string): readonly string[] {
  const found = new Set<string>([connectionString]);
  // Up to the last @ of all, and up to the last one before a path: which of them ends it depends on the reader.
  const toLast = /^[a-z][a-z0-9+.-]*:\/\/[^:@/]*:(.*)@/is.exec(connectionString)?.[1];
  const toPath = /^[a-z][a-z0-9+.-]*:\/\/[^:@/]*:([^/?#]*)@/i.exec(connectionString)?.[1];
  const inQuery = /[?&]password=([^&]*)/i.exec(connectionString)?.[1];
  const keyword = /(?:^|\s)password\s*=\s*(?:'([^']*)'|(\S+))/i.exec(connectionString);
  const readings = [driverPassword(connectionString), toLast, toPath, inQuery, keyword?.[1] ?? keyword?.[2]];
  for (const raw of readings) {
    if (raw === undefined || raw === null || raw === "") continue;
    for (const spelling of [raw, decoded(raw), encodeURI(raw.toWellFormed()), encodeURIComponent(raw.toWellFormed())]) {
      found.add(spelling);
      for (const piece of spelling.split(/[@:/?#]/)) if (piece.length >= SHORTEST_PIECE) found.add(piece);
    }
  }
  return [...found].sort((a, b) => b.length - a.length);
}

function decoded(raw: string): string {
  try {
    return decodeURIComponent(raw);
  } catch {
    // Not percent-encoding: the raw spelling is the only one.
    return raw;
  }
}
