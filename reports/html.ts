/**
 * The only way text becomes markup. `html` escapes every value put into it, so that a report cannot forget to: what a server
 * sent is text wherever it lands. Markup is marked with a symbol, which no JSON can carry.
 */
const MARKUP = Symbol('markup');

export interface Markup {
  readonly [MARKUP]: string;
}

export type Child = Markup | string | number | null | undefined | false | readonly Child[];

/** Markup from a template. Strings and numbers are escaped, markup is inserted, lists are joined, null and false are nothing. */
export function html(strings: TemplateStringsArray, ...values: readonly Child[]): Markup {
  let text = strings[0] ?? '';
  for (const [index, value] of values.entries()) text += textOf(value) + (strings[index + 1] ?? '');
  return { [MARKUP]: text };
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"'`]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** The finished text of a document. */
export function markupText(markup: Markup): string {
  return markup[MARKUP];
}

/** Text of our own (style sheet, bundled script) that must not be escaped. Never for anything a server had a hand in. */
export function ownText(text: string): Markup {
  return { [MARKUP]: text };
}

/** Data for a `<script type="application/json">`: `<` and the line separators are escaped, so nothing in it can end the script. */
export function jsonData(value: unknown): Markup {
  const json = JSON.stringify(value) ?? 'null';
  return {
    [MARKUP]: json.replace(
      /[<>\u2028\u2029]/g,
      (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
    ),
  };
}

function textOf(value: Child): string {
  if (value === null || value === undefined || value === false) return '';
  if (typeof value === 'string') return escapeHtml(value);
  if (typeof value === 'number') return String(value);
  if (isMarkup(value)) return value[MARKUP];
  return value.map(textOf).join('');
}

function isMarkup(value: Markup | readonly Child[]): value is Markup {
  return MARKUP in value;
}
