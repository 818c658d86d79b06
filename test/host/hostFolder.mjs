import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder whose package.json says which VS Code server and Node the tests take: this one, or what TRANCHE_HOST_FOLDER names. */
export function hostFolder() {
  const named = process.env.TRANCHE_HOST_FOLDER;
  return named === undefined || named === '' ? fileURLToPath(new URL('.', import.meta.url)) : path.resolve(named);
}
