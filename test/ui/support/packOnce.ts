/** Packs dist/tranche.vsix before the journeys: they see what a person installs. */
export async function setup(): Promise<void> {
  const { packExtension } = (await import(new URL('../../../scripts/package.mjs', import.meta.url).href)) as {
    packExtension: () => Promise<string>;
  };
  await packExtension();
}
