/** Builds the kernel and dist/ before any test: unit tests import the kernel, scenarios run the CLI as users do. */
export async function setup(): Promise<void> {
  const { build } = (await import(new URL('../../scripts/build.mjs', import.meta.url).href)) as {
    build: () => Promise<void>;
  };
  await build();
}
