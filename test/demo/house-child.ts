// Started by house.test.ts: builds the demo's house on the data folder in argv, says which process the bot is, and stays.
import { fileURLToPath } from "node:url";
import { buildHouse } from "#sandbox/demo/house";

const house = await buildHouse({
  root: fileURLToPath(new URL("../..", import.meta.url)),
  dataDir: process.argv[2] ?? "",
  fresh: false,
  socket: false,
  databaseUrl: null,
  say: () => undefined,
});
process.stdout.write(`${JSON.stringify({ bot: house.bot().pid })}\n`);
