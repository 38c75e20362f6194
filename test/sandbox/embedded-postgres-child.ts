// Started by embedded-postgres.test.ts: becomes the owner of the data folder in argv, says so, and stays.
import { startPostgres } from "#sandbox/postgres/start-postgres";

const server = await startPostgres({ dataDir: process.argv[2] ?? "" });
process.stdout.write(`${JSON.stringify({ pid: server.pid, port: server.port, url: server.url })}\n`);
setInterval(() => undefined, 60_000);
