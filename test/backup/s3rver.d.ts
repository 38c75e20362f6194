declare module "s3rver" {
  // biome-ignore lint/style/noDefaultExport: that is how the package exports it.
  export default class S3rver {
    constructor(options: {
      readonly port: number;
      readonly address: string;
      readonly silent: boolean;
      readonly directory: string;
      readonly configureBuckets: readonly { readonly name: string; readonly configs: readonly string[] }[];
    });
    run(): Promise<{ readonly port: number }>;
    close(): Promise<void>;
  }
}

declare module "s3rver/lib/models/account.js" {
  // biome-ignore lint/style/noDefaultExport: that is how the package exports it.
  export default class AWSAccount {
    constructor(id: string, displayName: string);
    createKeyPair(accessKeyId: string, secretAccessKey: string): void;
  }
}
