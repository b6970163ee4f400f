/** The folder with the console's files: a page that a host serves. */
export declare const folder: string;
