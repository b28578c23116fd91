import { formatNumber, html, type Markup } from './template.ts';

/** One large number with its name, in a list of them. `value` is a number, or markup that holds one. */
export function figure(term: string, value: number | Markup, detail: string): Markup {
  const shown = typeof value === 'number' ? formatNumber(value) : value;
  return html`<div><dt>${term}</dt><dd>${shown}</dd>${detail === '' ? undefined : html`<dd>${detail}</dd>`}</div>`;
}
