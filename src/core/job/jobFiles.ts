/** What reading a job needs from the place it lies in. */
export interface JobFiles {
  /** An absolute path for one that starts at the job file's folder; what is absolute already stays as it is. */
  readonly resolve: (path: string) => string;
  /**
   * The UTF-8 text of a file inside the job's folder, links resolved. Anything else (outside, missing, not a file, not UTF-8,
   * over 10 MB) is a TrancheError whose sentence names the file as the job does.
   */
  readonly readText: (path: string) => Promise<string>;
}
