/** Who looks at the blocks, when, and what the ids in them are called. Everything a renderer may know of the world. */
export type Viewing = {
  readonly viewer: string;
  /** Epoch ms. */
  readonly now: number;
  /** IANA zone of the viewer's browser. */
  readonly timeZone: string;
  /** Unique per place where the blocks stand; ids of controls begin with it. */
  readonly prefix: string;
  userName(id: string): string | null;
  groupHandle(id: string): string | null;
  channelName(id: string): string | null;
  channelHref(id: string): string;
  /** Where a message of this workspace stands on the page, by its permalink, and its element there; null for any other address. */
  messageHref(url: string): { readonly href: string; readonly id: string } | null;
  /** Everybody that a users_select offers. */
  readonly people: readonly { readonly id: string; readonly name: string }[];
  readonly channels: readonly { readonly id: string; readonly name: string }[];
  /** Address of an uploaded file, or null when nobody uploaded it. */
  fileHref(id: string): string | null;
  /** Sentence per block id for inputs that the app refused. */
  readonly errors: Readonly<Record<string, string>>;
};
