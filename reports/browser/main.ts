import { setUpCallLists } from './call-list.ts';
import { drawCharts } from './charts.ts';
import { setUpCopy } from './copy.ts';
import { setUpDrop } from './dropped-run.ts';
import { openTarget } from './target.ts';
import { setUpTheme } from './theme.ts';

// What a report does beyond being read: charts over time, opening what a link points to, copying, light and dark.
const charts = drawCharts();
setUpTheme(() => charts.redraw());
setUpCopy();
setUpDrop();
const tools = { lists: setUpCallLists(), mark: charts.mark };
openTarget(tools);
window.addEventListener('hashchange', () => openTarget(tools));
// Paper shows everything that is folded away on a screen.
window.addEventListener('beforeprint', () => {
  for (const details of document.querySelectorAll('main details:not(.no-print, .gantt details)'))
    details.setAttribute('open', '');
});
