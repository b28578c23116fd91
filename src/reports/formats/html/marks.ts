import type { GateWord } from '../../../domain/index.ts';
import { html, type Markup } from './template.ts';

/** What a verdict looks like: a sign that is another shape for each, not only another colour. */
const signs: Readonly<Record<GateWord, string>> = {
  passed: 'M6.5 12.5l3.6 3.6 7.4-7.6',
  failed: 'M8 8l8 8M16 8l-8 8',
  incomplete: 'M12 6.5v7M12 16.8v.4',
  none: 'M7.5 12h9',
};

export function verdictSign(word: GateWord): Markup {
  return html`<svg viewBox="0 0 24 24" aria-hidden="true" focusable="false" fill="none" stroke="currentColor" stroke-width="2.4" stroke-linecap="round" stroke-linejoin="round"><circle cx="12" cy="12" r="10.5"/><path d="${signs[word]}"/></svg>`;
}

const iconColors: Readonly<Record<GateWord, string>> = {
  passed: '#1a6d31',
  failed: '#ab2015',
  incomplete: '#7d4e00',
  none: '#7d4e00',
};

/** The same as an icon, for a row of tabs. */
export function verdictIcon(word: GateWord): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="#fff" stroke-width="2.6" stroke-linecap="round" stroke-linejoin="round"><circle cx="12" cy="12" r="12" fill="${iconColors[word]}" stroke="none"/><path d="${signs[word]}"/></svg>`;
}

/** A bar as long as its share of the longest one; the number stands beside it. */
export function bar(value: number, longest: number): Markup {
  const width = longest === 0 ? 0 : (100 * value) / longest;
  return html`<svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true" focusable="false"><rect width="${width.toFixed(2)}" height="8"/></svg>`;
}

type Part = { readonly name: 'in-full' | 'partly' | 'not'; readonly count: number };

/** A whole cut into its parts; the words stand beside it. */
export function share(parts: readonly Part[]): Markup {
  const total = parts.reduce((sum, { count }) => sum + count, 0);
  let left = 0;
  const rects = parts.map(({ name, count }) => {
    const width = total === 0 ? 0 : (100 * count) / total;
    const rect = html`<rect class="${name}" x="${left.toFixed(2)}" width="${width.toFixed(2)}" height="8"/>`;
    left += width;
    return rect;
  });
  return html`<svg class="share" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true" focusable="false"><defs><pattern id="hatched" width="1.5" height="8" patternUnits="userSpaceOnUse"><path d="M0 0V8"/></pattern></defs>${rects}</svg>`;
}
