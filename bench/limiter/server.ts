// The local Bedrock in a process of its own, so that its log isn't slowed by who reads it.
import { startBedrock } from "#sandbox/bedrock/start";

const bedrock = await startBedrock();
process.send?.(bedrock.url);
process.once("disconnect", () => void bedrock.stop());
