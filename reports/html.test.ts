import { describe, expect, it } from 'vitest';
import { escapeHtml, html, jsonData, markupText } from './html.ts';

describe('html', () => {
  it('escapes every value, in text and in attributes', () => {
    const hostile = '"><script>alert(`1`)</script>&\'';
    expect(markupText(html`<p title="${hostile}">${hostile}</p>`)).toBe(
      `<p title="${escapeHtml(hostile)}">${escapeHtml(hostile)}</p>`,
    );
    expect(escapeHtml(hostile)).not.toMatch(/[<>"'`]/);
  });

  it('inserts markup as it is, joins lists, and leaves nothing for null, undefined and false', () => {
    expect(markupText(html`<ul>${[1, '<', html`<li>${0}</li>`]}${null}${undefined}${false}</ul>`)).toBe(
      '<ul>1&#60;<li>0</li></ul>',
    );
  });

  it('data for a script holds nothing that could end the script, and reads back whole', () => {
    const data = { text: '</script><!-- \u2028\u2029 -->' };
    const text = markupText(jsonData(data));
    expect(text).not.toMatch(/[<>\u2028\u2029]/);
    expect(JSON.parse(text)).toEqual(data);
  });
});
