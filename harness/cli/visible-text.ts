/**
 * What moves a cursor, colours, writes backwards or cannot be seen: C0 but tab and line end, DEL, C1, marks and overrides of
 * direction, spaces without width. Servers put them into names and messages, and nothing here is said with them.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
const UNSEEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** The same text with such characters written out, as JSON writes them: a document of JSON stays the same document. */
export function visible(text: string): string {
  return text.replaceAll(UNSEEN, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
