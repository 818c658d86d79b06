/** What a page's frame is made of. */
export interface PageShell {
  readonly title: string;
  /** The editor's source of local files. */
  readonly cspSource: string;
  readonly nonce: string;
  readonly scriptUri: string;
  readonly styleUri: string;
  /** Kept by the page and given back when the editor restores it. */
  readonly restore: object;
}

function attribute(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** The frame of a page: one script, one sheet of styles, and nothing from anywhere else. */
export function pageHtml({ title, cspSource, nonce, scriptUri, styleUri, restore }: PageShell): string {
  const policy = [
    "default-src 'none'",
    `img-src ${cspSource} data:`,
    `font-src ${cspSource}`,
    `style-src ${cspSource}`,
    `script-src 'nonce-${nonce}'`,
  ].join('; ');
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta http-equiv="Content-Security-Policy" content="${attribute(policy)}" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <link rel="stylesheet" href="${attribute(styleUri)}" />
    <title>${attribute(title)}</title>
  </head>
  <body>
    <main id="root" data-restore="${attribute(JSON.stringify(restore))}"></main>
    <script nonce="${nonce}" src="${attribute(scriptUri)}"></script>
  </body>
</html>
`;
}
