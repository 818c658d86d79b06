/** What `assembly/render.ts` exports. Every address and length is in the kernel's linear memory. */
export interface RenderExports {
  readonly renderVersion: () => number;
}
