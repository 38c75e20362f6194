import { EventStreamCodec } from "@smithy/core/event-streams";
import { fromUtf8, toUtf8 } from "@smithy/core/serde";
import type { AwsErrorType } from "#sandbox/bedrock/aws-error";

const codec = new EventStreamCodec(toUtf8, fromUtf8);
const text = (value: string) => ({ type: "string" as const, value });

/** One event of a stream in AWS's binary framing: prelude, headers, JSON body, and both checksums. */
export function eventFrame(type: string, body: object): Uint8Array {
  return codec.encode({
    headers: {
      ":event-type": text(type),
      ":content-type": text("application/json"),
      ":message-type": text("event"),
    },
    body: fromUtf8(JSON.stringify(body)),
  });
}

/** An exception after the stream has begun, when the status line is already sent. */
export function exceptionFrame(type: AwsErrorType, message: string): Uint8Array {
  return codec.encode({
    headers: {
      ":exception-type": text(`${type.charAt(0).toLowerCase()}${type.slice(1)}`),
      ":content-type": text("application/json"),
      ":message-type": text("exception"),
    },
    body: fromUtf8(JSON.stringify({ message })),
  });
}
