import { html, type Markup } from '../html.ts';

/** Where another run is held against this one. It is the browser that does it, so without a script there is nothing to see. */
export function anotherRun(): Markup {
  return html`<section id="compare" class="no-print" hidden><h2>Compare with another run</h2>
<p class="note">Drop the report or the verdict.json of another run anywhere on this page, or choose it here. It is read by this page alone and sent nowhere.</p>
<p><label>Another report or verdict.json <input type="file" accept=".html,.json"></label></p>
<div class="compared" role="status"></div></section>
`;
}
