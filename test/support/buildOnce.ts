/** Builds the kernel before any test imports it. */
export async function setup(): Promise<void> {
  const { buildKernel } = (await import(new URL('../../scripts/buildKernel.mjs', import.meta.url).href)) as {
    buildKernel: () => Promise<void>;
  };
  await buildKernel();
}
