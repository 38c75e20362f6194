import type { Pair } from "#src/release/events";
import type { Intent } from "#src/release/intents";
import type { Person, RoleMembers } from "#src/release/people";
import type { Refusal } from "#src/release/refusals";
import type { ServiceState } from "#src/release/state";
import type { ReleaseView } from "#src/release/view";

/** Resolves people and roles. Throws `IdentityError` (retryable) when the directory does not answer: never guesses. */
export interface Identity {
  /** `team`: the team id in the payload. Missing or another team than ours: a stranger. */
  person(user: string, team: string | undefined): Promise<Person>;
  /**
   * All roles of golive.yaml. A role that could not be resolved is absent. An answer may be up to a minute old, unless the
   * directory told of a change meanwhile; `fresh` asks anew, for a decision that can't be taken back.
   */
  members(options?: { readonly fresh?: boolean }): Promise<RoleMembers>;
  /** Whether the channel is shared with another organisation, archived, or out of the bot's reach. */
  channel(id: string): Promise<"ours" | "shared" | "archived" | "unreachable">;
}

/** What came of an intent. JSON, since a redelivery is answered with the stored one. */
export type Outcome =
  | { readonly ok: true; readonly release: string | null; readonly events: readonly string[] }
  | { readonly ok: false; readonly refusal: Refusal };

export type StartRequest = {
  readonly actor: Person;
  readonly members: RoleMembers;
  readonly service: string;
  /** The channel it was asked in. */
  readonly from: string;
  readonly run: string | null;
  readonly config: string | null;
  /** Intake key: the same click or command delivered twice has the same key. */
  readonly key: string | null;
};

/** The intents that people cause inside an existing release. */
export type PersonIntent = Extract<
  Intent,
  {
    type:
      | "request-check"
      | "stop-evaluation"
      | "sign"
      | "withdraw"
      | "veto"
      | "lift-veto"
      | "break-glass"
      | "waive"
      | "cut-over"
      | "cancel";
  }
>;

export type CandidateChoice = {
  readonly run: string;
  readonly chunks: number | null;
  readonly finishedAt: number | null;
  readonly state: "complete" | "incomplete";
  readonly active: boolean;
};

/** Everything a command, a button, a modal or the CLI can ask of the release room. */
export interface ReleaseUseCases {
  startRelease(request: StartRequest): Promise<Outcome>;
  actOnRelease(release: string, key: string | null, intent: PersonIntent): Promise<Outcome>;
  adoptRun(request: {
    actor: Person;
    members: RoleMembers;
    service: string;
    run: string;
    key: string | null;
  }): Promise<Outcome>;
  unlockService(request: {
    actor: Person;
    members: RoleMembers;
    service: string;
    reason: string;
    rootCause: string;
    key: string | null;
  }): Promise<Outcome>;
  pauseRelease(
    release: string,
    because: "channel-archived" | "bot-removed" | "channel-shared-externally",
  ): Promise<Outcome>;
  resumeRelease(release: string): Promise<Outcome>;
  /** Somebody's account or a user group changed: resolve again, void what no longer counts. */
  refreshMembers(service: string): Promise<Outcome>;
  /** The open release of a service, else its newest one, else null. */
  currentRelease(service: string): Promise<ReleaseView | null>;
  release(release: string): Promise<ReleaseView | null>;
  service(service: string): Promise<ServiceState>;
  /** What answers now, straight from the RAG store. */
  livePair(service: string): Promise<Pair | null>;
  /** Runs that could go live, newest first. */
  candidates(service: string): Promise<readonly CandidateChoice[]>;
}
