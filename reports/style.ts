const DARK = `--paper:#14171b;--raised:#1c2127;--ink:#e6e9ed;--soft:#a0a9b4;--line:#323941;--accent:#7db4f2;
--good:#6fd394;--good-fill:#3fae69;--good-paper:#15301f;--bad:#ff8a8a;--bad-fill:#e0565a;--bad-paper:#3a1a1c;
--warn:#f0c04d;--warn-fill:#d99a1c;--warn-paper:#332a12;--muted-fill:#6b7580;
--work:#5b97ee;--held:#35507a;--lag:#d9952f;--away:#e0565a33;--band:#76808b30;--crash:#ff7b7f;--grid:#272d34;
--tone-0:#5b97ee;--tone-1:#a98bea;--tone-2:#4fbf78;--tone-3:#76808b;--tone-4:#f08a4b;--tone-5:#e873ad;--tone-6:#3fc1cb;--tone-7:#c9b65a`;

const LIGHT = `--paper:#fff;--raised:#f6f7f9;--ink:#1b1f24;--soft:#57606a;--line:#d9dee4;--accent:#0b5cad;
--good:#116b33;--good-fill:#2f9e57;--good-paper:#e7f5ec;--bad:#b3161b;--bad-fill:#d8393e;--bad-paper:#fdecec;
--warn:#805300;--warn-fill:#d99a1c;--warn-paper:#fdf4df;--muted-fill:#a3acb6;
--work:#3b7ddd;--held:#b9cdec;--lag:#e8a33d;--away:#d8393e22;--band:#a3acb62e;--crash:#c02026;--grid:#e6e9ed;
--tone-0:#3b7ddd;--tone-1:#7b52c7;--tone-2:#2f9e57;--tone-3:#a3acb6;--tone-4:#d9651c;--tone-5:#c2387f;--tone-6:#128a94;--tone-7:#7a6a1a;
--mono:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace`;

/** The style sheet of a report. System fonts, both colour schemes, paper. Contrast of text is 4.5 to 1 or better in each. */
export const STYLE = `
:root{${LIGHT}}
@media(prefers-color-scheme:dark){:root:not([data-theme=light]){color-scheme:dark;${DARK}}}
:root[data-theme=dark]{color-scheme:dark;${DARK}}
:root[data-theme=light]{color-scheme:light}
*{box-sizing:border-box}
html{scroll-padding-top:3.2rem;-webkit-text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
header,main,footer{max-width:72rem;margin:0 auto;padding:0 1.25rem}
header{display:flex;justify-content:space-between;align-items:start;gap:1rem;padding-top:1.5rem}
.brand{margin:0;color:var(--soft);font-size:.8rem;font-weight:600;letter-spacing:.06em;text-transform:uppercase}
h1{margin:.1rem 0;font-size:1.55rem;line-height:1.25;letter-spacing:-.01em}
h2{margin:0 0 .7rem;font-size:1.18rem}
h3{margin:1.3rem 0 .4rem;font-size:1rem}
.subtitle{margin:0;color:var(--soft);font-size:.87rem;overflow-wrap:anywhere}
a{color:var(--accent);text-underline-offset:.15em}
a:focus-visible,button:focus-visible,summary:focus-visible,[tabindex]:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
button{white-space:nowrap;font:inherit;font-size:.85rem;padding:.25rem .7rem;border:1px solid var(--line);border-radius:6px;background:var(--raised);color:var(--ink);cursor:pointer}
.skip{position:absolute;left:-99rem}.skip:focus{left:1rem;top:.5rem;background:var(--paper);padding:.4rem}
nav{position:sticky;top:0;z-index:2;margin-top:1rem;background:var(--paper);border-block:1px solid var(--line)}
nav ul{display:flex;gap:1.05rem;max-width:72rem;margin:0 auto;padding:.5rem 1.25rem;list-style:none;overflow-x:auto;scrollbar-width:none;white-space:nowrap;font-size:.85rem}
nav a{text-decoration:none}nav a:hover{text-decoration:underline}
section{padding:1.6rem 0 .4rem}
section+section{border-top:1px solid var(--line);margin-top:1.4rem}
code,pre{font-family:var(--mono);font-size:.86em}
pre{max-height:26rem;overflow:auto;padding:.8rem;border-radius:6px;background:var(--raised);white-space:pre-wrap;overflow-wrap:anywhere}
.note{color:var(--soft);font-size:.87rem;margin:.5rem 0;max-width:62rem}
.verdict{border-left:6px solid;border-radius:4px;padding:.7rem 1.1rem}
.verdict.bad{background:var(--bad-paper);border-color:var(--bad-fill)}.verdict.good{background:var(--good-paper);border-color:var(--good-fill)}.verdict.warn{background:var(--warn-paper);border-color:var(--warn-fill)}
.verdict-word{margin:0;font-size:1.35rem;font-weight:700}.verdict.bad .verdict-word{color:var(--bad)}.verdict.good .verdict-word{color:var(--good)}.verdict.warn .verdict-word{color:var(--warn)}
.verdict-text{margin:.1rem 0 0}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(8.6rem,1fr));gap:.6rem;margin:1rem 0;padding:0;list-style:none}
.tiles li{padding:.55rem .75rem;border:1px solid var(--line);border-radius:8px;background:var(--raised)}
.tiles b{display:block;font-size:1.3rem;line-height:1.3;font-variant-numeric:tabular-nums}.tiles span{display:block;color:var(--soft);font-size:.8rem;line-height:1.3}
.tiles .bad b{color:var(--bad)}.tiles .good b{color:var(--good)}
.story{max-width:62rem}.unanswered{max-width:62rem;padding-left:.8rem;border-left:3px solid var(--warn-fill)}
.wrong,.unsure{margin:.3rem 0;padding-left:1.2rem}.wrong li,.unsure li{margin:.3rem 0;overflow-wrap:anywhere}.wrong ul{padding-left:1.1rem;margin:.1rem 0}
.codes{color:var(--soft);font-size:.8rem;font-weight:400}
.links{font-size:.84rem;white-space:normal}.links>*{margin-left:.35rem}
.chip{display:inline-block;padding:0 .5rem;border-radius:99px;font-size:.82rem;white-space:nowrap;background:var(--raised);color:var(--soft)}
.chip.good{background:var(--good-paper);color:var(--good)}.chip.bad{background:var(--bad-paper);color:var(--bad)}.chip.warn{background:var(--warn-paper);color:var(--warn)}
.table-frame{overflow-x:auto;margin:.6rem 0 1rem}
table{border-collapse:collapse;width:100%;font-size:.87rem}
caption{text-align:left;color:var(--soft);font-size:.84rem;padding:.2rem 0 .35rem}
th,td{padding:.34rem .7rem;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}
th:first-child,td:first-child{padding-left:.15rem}
thead th{color:var(--soft);font-weight:600;border-bottom:1.5px solid var(--line);white-space:nowrap}
tbody th{font-weight:500}
.numeric{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.wide{width:45%;min-width:13rem;overflow-wrap:anywhere}
td p,tbody th p{margin:.15rem 0;color:var(--soft);font-weight:400}
tr.total>*{font-weight:700;border-top:1.5px solid var(--line)}tr.muted>*{color:var(--soft)}
tr:target>*,.events li:target,li:target>details>summary{background:var(--warn-paper)}
code.id{color:var(--soft);font-size:.76rem;font-weight:400;white-space:nowrap}
.none{color:var(--soft)}b.warn{color:var(--warn)}b.good{color:var(--good)}b.bad{color:var(--bad)}.best{color:var(--good)}small{color:var(--soft)}
.findings{margin:.3rem 0;padding-left:1.3rem;max-height:22rem;overflow-y:auto}
.fate{white-space:nowrap}
.swatch{display:inline-block;width:.7rem;height:.7rem;margin-right:.5rem;border-radius:2px}
.swatch.good,.stack .good{background:var(--good-fill)}.swatch.bad,.stack .bad{background:var(--bad-fill)}.swatch.warn,.stack .warn{background:var(--warn-fill)}.swatch.muted,.stack .muted{background:var(--muted-fill)}
.stack{display:flex;gap:2px;height:.9rem;margin:.3rem 0 .8rem;border-radius:4px;overflow:hidden}.stack span{min-width:4px}
.facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(19rem,1fr));gap:.1rem 2rem;margin:.5rem 0}
.facts div{display:flex;gap:.8rem;padding:.28rem 0;border-bottom:1px solid var(--line);font-size:.87rem}
.facts .chip{white-space:normal}.facts dt{flex:0 0 9rem;color:var(--soft)}.facts dd{margin:0;overflow-wrap:anywhere;min-width:0}
.command{display:flex;gap:.6rem;align-items:center;padding:.7rem .9rem;border-radius:8px;background:var(--raised);border:1px solid var(--line)}.command code{flex:1;overflow-wrap:anywhere;font-size:.95rem}
.lanes{margin:.6rem 0 1rem}
.lane{display:grid;grid-template-columns:11rem 1fr;align-items:center;font-size:.8rem;min-height:18px}
.lane>span{color:var(--soft);white-space:nowrap;overflow:hidden;text-overflow:ellipsis;padding-right:.5rem}
svg{display:block;overflow:visible}.grid{stroke:var(--grid)}
.lane svg{color:var(--tone-3)}.lane rect{fill:currentColor;stroke:currentColor}.lane svg.down{color:var(--crash)}.lane svg.life{color:var(--good-fill)}
.lane svg.tone-0{color:var(--tone-0)}.lane svg.tone-1{color:var(--tone-1)}.lane svg.tone-2{color:var(--tone-2)}.lane svg.tone-3{color:var(--tone-3)}.lane svg.tone-4{color:var(--tone-4)}.lane svg.tone-5{color:var(--tone-5)}.lane svg.tone-6{color:var(--tone-6)}.lane svg.tone-7{color:var(--tone-7)}
.axis .ticks,.gantt-axis .ticks{position:relative;height:1.3rem}.ticks i{position:absolute;transform:translateX(-50%);font-style:normal;white-space:nowrap;font-size:.74rem;color:var(--soft);font-variant-numeric:tabular-nums}
.ticks i:first-child{transform:none}
.gantt-axis .lane{grid-template-columns:18rem 1fr}
ol.gantt{position:relative;margin:0;padding:0;list-style:none;border-top:1px solid var(--grid)}
.gantt details>summary{display:grid;grid-template-columns:18rem 1fr;align-items:center;cursor:pointer;list-style:none;border-bottom:1px solid var(--grid)}
.gantt summary::-webkit-details-marker{display:none}
.gantt summary:hover,.gantt details[open]>summary{background:var(--raised)}
.who{font-size:.78rem;white-space:nowrap;overflow:hidden;text-overflow:ellipsis;padding-right:.5rem}.who span{color:var(--soft)}.who i{font-style:normal;color:var(--soft)}.who i.bad{color:var(--bad);font-weight:600}.who i.warn{color:var(--warn)}
li.bad .who b::before{content:"✕ ";color:var(--bad)}li.bad .who b{color:var(--bad)}
:is(.gantt,.line) .asked{fill:var(--soft)}:is(.gantt,.line) .unanswered{fill:var(--bad-fill)}:is(.gantt,.line) .held{fill:var(--held)}:is(.gantt,.line) .unseen{fill:var(--held)}.gantt .cross path{fill:none;stroke:var(--crash);stroke-width:2}
:is(.gantt,.line) .work{fill:var(--work)}:is(.gantt,.line) .cut{fill:none;stroke:var(--work);stroke-dasharray:3 2}:is(.gantt,.line) .lag{fill:var(--lag)}
.gantt-frame{position:relative;border-top:1px solid var(--line)}.gantt-back{position:absolute;left:18rem;right:0;top:0;width:calc(100% - 18rem);height:100%;pointer-events:none}.gantt-back .fault{fill:currentColor;opacity:.13}.gantt-back .tone-0{color:var(--tone-0)}.gantt-back .tone-1{color:var(--tone-1)}.gantt-back .tone-2{color:var(--tone-2)}.gantt-back .tone-3{color:var(--tone-3)}.gantt-back .tone-4{color:var(--tone-4)}.gantt-back .tone-5{color:var(--tone-5)}.gantt-back .tone-6{color:var(--tone-6)}.gantt-back .tone-7{color:var(--tone-7)}
.gantt-back .away,.line .away{fill:var(--away)}.gantt-back .crash{stroke:var(--crash);stroke-width:1.5}
.agent{margin:0;padding:.35rem 0 .1rem;font-size:.8rem;color:var(--soft);position:relative}.agent b{color:var(--ink)}.gantt .events,.gantt .finding,.gantt details>.note{position:relative;background:var(--paper)}
.all-calls .controls{display:flex;flex-wrap:wrap;gap:.4rem 1.2rem;align-items:center;font-size:.85rem}.all-calls select,.all-calls input{font:inherit;max-width:11rem;color:var(--ink);background:var(--paper);border:1px solid var(--line);border-radius:6px;padding:.15rem .4rem}
.window{height:30rem;overflow-y:auto;border:1px solid var(--line);border-radius:6px;padding:0 .5rem}.window>div{position:relative}.line{position:absolute;left:0;right:0;height:24px;display:grid;grid-template-columns:18rem 1fr;align-items:center;border-bottom:1px solid var(--grid)}.line.agent{display:block;padding:.25rem 0}.line.marked,li.marked>details>summary{background:var(--warn-paper)}.who .bad{color:var(--bad)}.who .warn{color:var(--warn)}
.gantt .away{fill:var(--away)}:is(.gantt,.line) line{stroke-width:1.5}.gantt line.grid{stroke-width:1}.gantt .crash{stroke:var(--crash)}.gantt .poll{stroke:var(--soft);stroke-width:1}.gantt .resend{stroke:var(--tone-1);stroke-width:2.5}
:is(.gantt,.line) .ack{stroke:var(--ink)}:is(.gantt,.line) .seen{stroke:var(--good-fill);stroke-width:3}:is(.gantt,.line) .commit{fill:var(--ink);stroke:var(--paper)}
.messages td,.messages th{padding-block:0;border-bottom:0;overflow-wrap:anywhere}.messages td,.messages tbody th{line-height:24px}.messages tr>:nth-child(2){padding-inline:0}.lanes-cell{position:relative}.lanes-cell>svg{position:absolute;inset:0;width:100%;height:100%}.messages tbody tr:hover{background:var(--raised)}.lanes-cell{width:40%;min-width:8rem}.lane-names{position:relative;display:block;height:1.3rem}.lane-names i{position:absolute;transform:translateX(-50%);font-style:normal;font-size:.78rem}
.messages .life{stroke:var(--line);stroke-width:1.5}.messages .life.down{stroke:var(--crash);stroke-dasharray:2 4}.messages .message{stroke:var(--ink);stroke-width:1.5}.messages .message.late{stroke-dasharray:5 3}.messages .message.lost,.messages path.lost{fill:none;stroke:var(--crash);stroke-width:2}
.messages tr.cited>*{background:var(--warn-paper)}.messages .head{fill:var(--ink)}.messages .begin{fill:var(--paper);stroke:var(--work);stroke-width:2}.messages .commit,.messages .start{fill:var(--work)}.messages .fault,.messages .quit{fill:var(--crash)}
.finding{margin:.5rem 0 .2rem;padding-left:.6rem;border-left:3px solid var(--bad-fill)}
.events{margin:.4rem 0 1rem;padding:0;list-style:none;font-size:.82rem}.events li{display:grid;grid-template-columns:3.6rem 5.4rem 1fr;gap:.6rem;padding:.1rem .3rem;overflow-wrap:anywhere}.events .server{color:var(--bad)}.events .seq,.events .t{color:var(--soft);text-align:right;font-variant-numeric:tabular-nums}
.score b{display:block;font-weight:600}.score small{display:block;line-height:1.25}.score{display:block;border-radius:4px;padding:.05rem .3rem}.score.perfect b{font-weight:400}.score.short{background:color-mix(in srgb,var(--bad-fill) calc(var(--short)*38% + 4%),transparent)}.score.short small{color:var(--ink)}
.vectors th{white-space:normal;min-width:5.2rem}.vectors thead th{vertical-align:bottom}.vectors th:first-child{white-space:nowrap;position:sticky;left:0;background:var(--paper);border-bottom:0;box-shadow:inset 0 -1px var(--line);z-index:1}details>summary>h3{display:inline-block;margin:.5rem 0}
.columns{display:grid;grid-template-columns:repeat(auto-fit,minmax(14rem,1fr));gap:0 2rem;align-items:start}
.dumbbell .rail{stroke:var(--line)}.dumbbell .gap{stroke:var(--bad-fill);stroke-width:3}.dumbbell .gain{stroke:var(--good-fill);stroke-width:3}.dumbbell .late{fill:var(--work)}.dumbbell .at-once{fill:none;stroke:var(--ink);stroke-width:1.5}
.scatter{overflow-x:auto}.scatter svg{width:100%;min-width:36rem;max-width:64rem;font-size:11px}.scatter text{fill:var(--ink)}.scatter text.soft{fill:var(--soft)}.scatter polyline{fill:none;stroke:var(--tone-2);stroke-width:1.5}.scatter circle{fill:var(--tone-3);stroke:var(--tone-3);stroke-width:1.5}.scatter circle.best{fill:var(--tone-2);stroke:var(--tone-2)}.scatter circle.hollow{fill:var(--paper)}
.plot{font-size:11px}.plot text{fill:var(--ink)}.plot text.soft{fill:var(--soft)}.plot .curve{fill:none;stroke-width:2}.plot .curve.tone-0{stroke:var(--tone-0)}.plot .curve.tone-1{stroke:var(--tone-1)}.plot .curve.tone-2{stroke:var(--tone-2)}.plot .curve.tone-3{stroke:var(--tone-3)}.plot .curve.tone-4{stroke:var(--tone-4)}.plot .curve.tone-5{stroke:var(--tone-5)}.plot .curve.tone-6{stroke:var(--tone-6)}.plot .curve.tone-7{stroke:var(--tone-7)}
.plot circle{stroke:none}.plot circle.tone-0{fill:var(--tone-0)}.plot circle.tone-1{fill:var(--tone-1)}.plot circle.tone-2{fill:var(--tone-2)}.plot circle.tone-3{fill:var(--tone-3)}.plot circle.tone-4{fill:var(--tone-4)}.plot circle.tone-5{fill:var(--tone-5)}.plot circle.tone-6{fill:var(--tone-6)}.plot circle.tone-7{fill:var(--tone-7)}
.plot .floor{fill:var(--band)}.plot .interval{stroke:var(--work);stroke-width:2}.plot circle.middle{fill:var(--work)}.plot .one{stroke:var(--soft)}
.probes .good{fill:var(--good-fill)}.plot.probes .good{stroke:none}.probes .bad{fill:none;stroke:var(--bad-fill);stroke-width:2.5}.probes rect.soft{fill:none;stroke:var(--soft);stroke-width:1.5}.probes .warn{fill:var(--warn-fill)}
.strip{display:flex;flex-wrap:wrap;gap:3px;margin:.4rem 0}.strip span{width:1.5rem;text-align:center;border-radius:4px;font-weight:700}.strip .good{background:var(--good-paper);color:var(--good)}.strip .bad{background:var(--bad-paper);color:var(--bad)}.strip .warn{background:var(--warn-paper);color:var(--warn)}
.dropping body{outline:3px dashed var(--accent);outline-offset:-6px}
.pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,26rem),1fr));gap:0 1.5rem}.pair .scatter svg{min-width:19rem}
.witness{border-top:1px solid var(--line);padding:.3rem 0}.witness>summary{color:var(--ink);overflow-wrap:anywhere}
.failure{border-bottom:1px solid var(--grid)}.failure>summary{padding:.3rem 0;color:var(--ink)}.examples{margin:0;padding-left:1rem}
.episode{border-top:1px solid var(--line);padding:.4rem 0 .8rem}.episode>summary{color:var(--ink);font-size:.92rem}.episode .wrong{font-size:.85rem}.t{color:var(--soft);font-variant-numeric:tabular-nums}.events.story-lines li{grid-template-columns:5.4rem 1fr}
.tracks .lane{border-bottom:1px solid var(--grid)}.tracks .lane rect,.legend.tracks rect{stroke:none}.tracks text{font-size:10.5px;fill:var(--ink)}.tracks .clip{overflow:hidden}.tracks .lane b{color:var(--ink);font-weight:600}
.tracks rect.act-call{fill:var(--work)}.tracks rect.act-poll{fill:var(--tone-1)}.tracks rect.act-claim{fill:var(--good-fill)}.tracks rect.act-think{fill:var(--tone-6)}.tracks rect.idle{fill:var(--muted-fill)}
.tracks rect.worked{fill:var(--held)}.tracks rect.failed{fill:var(--bad-paper);stroke:var(--bad-fill)}.tracks rect.unseen{fill:none;stroke:var(--muted-fill);stroke-dasharray:3 2}.tracks .lane rect.bad{stroke:var(--bad-fill);stroke-width:1.5}.tracks rect.lag{fill:var(--lag)}
.tracks line.receipt{stroke:var(--soft)}.tracks line.poll{stroke-width:1.5}.tracks line.poll.agent{stroke:var(--tone-1)}.tracks line.poll.host{stroke:var(--soft)}.tracks line.known{stroke:var(--good-fill);stroke-width:3}.tracks line.known.failed{stroke:var(--bad-fill)}.tracks line.claim{stroke:var(--good);stroke-width:1.5;stroke-dasharray:2 2}.tracks line.claim.gave-up{stroke:var(--bad)}.tracks line.crash{stroke:var(--crash);stroke-width:2}.tracks .cross path{fill:none;stroke:var(--crash);stroke-width:2}
ul.legend{display:flex;flex-wrap:wrap;gap:.2rem 1.1rem;margin:.2rem 0 .6rem;padding:0;list-style:none;font-size:.8rem;color:var(--soft)}ul.legend li{display:flex;align-items:center;gap:.4rem}
figure{margin:.6rem 0}.canvas{position:relative;height:19rem}.canvas[hidden]{display:none}
summary{cursor:pointer}figure summary,section>details>summary{color:var(--soft);font-size:.87rem;padding:.25rem 0}
details.run{border-top:2px solid var(--line);margin-top:1.5rem;padding-top:.8rem}details.run>summary h2{display:inline}
.section-title{font-size:1.08rem;margin:0 0 .6rem}
footer{padding-block:2rem;color:var(--soft);font-size:.84rem;overflow-wrap:anywhere}footer p{margin:.2rem 0}
@media(max-width:46rem){body{font-size:14.5px}tbody th.wide{width:auto;min-width:7.5rem}td .chip,tbody th .chip{white-space:normal;border-radius:.7rem}header,main,footer{padding-inline:.9rem}nav ul{padding-inline:.9rem}h1{font-size:1.3rem}
.tiles{grid-template-columns:repeat(2,1fr)}.lane,.gantt-axis .lane,.line{grid-template-columns:1fr}.axis>span{display:none}.gantt-back{left:0;width:100%}.line{height:24px}.line .who{display:none}.gantt details>summary{grid-template-columns:1fr;padding-top:.2rem}
.facts{grid-template-columns:1fr}.facts dt{flex-basis:8rem}.events li{grid-template-columns:auto auto;gap:0 .6rem}.events li>:last-child{grid-column:1/-1}.events .seq,.events .t{text-align:left}
.lane-names i{font-size:.66rem}.messages td,.messages th{padding-inline:.2rem}.canvas{height:15rem}.canvas.many{height:23rem}th,td{padding-inline:.45rem}.command{flex-direction:column;align-items:stretch}.wide{min-width:9.5rem}}
@media print{:root:root{color-scheme:light;${LIGHT}}nav,button,.skip,.no-print{display:none!important}body{font-size:10.5pt}main,header,footer{max-width:none;padding:0}
section,details.run{break-before:auto}tr,.tiles li,.command,.gantt li,figure{break-inside:avoid}.table-frame,.findings,pre{overflow:visible;max-height:none}a{color:inherit;text-decoration:none}.verdict,.chip,.stack span,svg *{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
`;
