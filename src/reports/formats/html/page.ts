import { createHash } from 'node:crypto';
import { pageScript, pageStyle } from '../../../page/index.ts';
import { html, type Markup, type Piece, trusted } from './template.ts';

const style = `\n${pageStyle}`;
const script = `\n${pageScript}`;

/** One style and one script, which are these; nothing is loaded, sent or framed. The icon is in the page. */
const contentSecurityPolicy = [
  "default-src 'none'",
  `style-src '${hashOf(style)}'`,
  `script-src '${hashOf(script)}'`,
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

function hashOf(content: string): string {
  return `sha256-${createHash('sha256').update(content).digest('base64')}`;
}

type Page = { readonly title: string; readonly icon: string; readonly body: Piece };

/** The whole document around its content. `icon` is SVG. */
export function renderPage({ title, icon, body }: Page): Markup {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${contentSecurityPolicy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<link rel="icon" href="data:image/svg+xml,${encodeURIComponent(icon)}">
<style>${trusted(style)}</style>
</head>
<body>
${body}
<script type="module">${trusted(script)}</script>
</body>
</html>
`;
}
