/** `posts` of `/data/posts.tranche.json`. */
export function jobName(path: string): string {
  const name = path.split(/[\\/]/).at(-1) ?? path;
  return name.replace(/(?<=.)\.tranche\.json$/i, '');
}

export function isJobPath(path: string): boolean {
  return /.\.tranche\.json$/i.test(path);
}
