import { describe, expect, it } from 'vitest';
import { pageHtml } from '../../../../src/extension/pages/pageHtml.ts';

const SHELL = {
  title: 'a<b>"c"',
  cspSource: 'https://*.example',
  nonce: 'n0nce',
  scriptUri: 'https://x/plan.js',
  styleUri: 'https://x/page.css',
  restore: { jobPath: '/data/"it"s & <more>.tranche.json' },
};

describe('the frame of a page', () => {
  it('lets in one script and the styles of the extension, and nothing else', () => {
    const html = pageHtml(SHELL);
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1];
    expect(policy).toBe(
      "default-src 'none'; img-src https://*.example data:; font-src https://*.example; style-src https://*.example; script-src 'nonce-n0nce'",
    );
    expect(html.match(/<script/g)).toHaveLength(1);
    expect(html).toContain('<script nonce="n0nce" src="https://x/plan.js">');
    expect(html).not.toContain('unsafe');
  });

  it('lets no text out of its place', () => {
    const html = pageHtml(SHELL);
    expect(html).toContain('<title>a&lt;b&gt;&quot;c&quot;</title>');
    const kept = /data-restore="([^"]*)"/.exec(html)?.[1] ?? '';
    const text = kept
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&quot;', '"')
      .replaceAll('&amp;', '&');
    expect(JSON.parse(text)).toEqual(SHELL.restore);
    expect(kept).not.toMatch(/[<>]/);
  });
});
