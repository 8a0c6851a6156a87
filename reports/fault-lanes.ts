import { downWindows, type FaultWindow, faultWindows, joinedWindows } from './fault-window.ts';
import type { Markup } from './html.ts';
import { lane } from './lane.ts';
import type { SectionInput } from './report-run.ts';
import type { TimeScale } from './time-scale.ts';

/** When one fault was at work, in a colour that is its own in every drawing. */
export interface FaultLane {
  /** F12 */
  readonly id: string;
  readonly name: string;
  /** #rrggbb; absent: that of its tone. */
  readonly colour?: string;
  /** 0 to 7 */
  readonly tone: number;
  readonly windows: readonly FaultWindow[];
  /** It only ends the server: that the server is away is drawn by itself. */
  readonly isKiller: boolean;
}

/** Two strikes closer than this share of the run look like one, and thousands would make a page of megabytes. */
const PLACES = 1000;

/** Windows in order of time, with those joined that lie too close to be told apart. */
function nearby(windows: readonly FaultWindow[], apartNs: number): readonly FaultWindow[] {
  const joined: { window: FaultWindow; count: number }[] = [];
  for (const window of windows) {
    const last = joined.at(-1);
    if (last !== undefined && window.fromT - last.window.toT < apartNs) {
      last.window = { ...last.window, toT: Math.max(last.window.toT, window.toT) };
      last.count += 1;
    } else joined.push({ window, count: 1 });
  }
  return joined.map(({ window, count }) =>
    count === 1 ? window : { ...window, entry: `${window.entry} and ${count - 1} more` },
  );
}

/** A lane for each fault that struck, in the order of the verdict. */
export function faultLanesOf({ run: { verdict, history }, faultWords }: Pick<SectionInput, 'run' | 'faultWords'>) {
  const windows = joinedWindows(faultWindows(history, verdict));
  const killers = new Set(downWindows(history).map(({ by }) => by));
  return verdict.faults
    .map(({ id, name }, index): FaultLane => {
      const own = nearby(
        windows.filter(({ fault }) => fault === id),
        history.endT / PLACES,
      );
      const colour = faultWords[id]?.colour;
      const isKiller = windows.some(({ fault, entry }) => fault === id && killers.has(entry));
      return { id, name: `${id} ${name}`, ...(colour && { colour }), tone: index % 8, windows: own, isKiller };
    })
    .filter((one) => one.windows.length > 0);
}

/** The same as rows over time: the server away, then each fault. Empty: nothing struck. */
export function faultLanes(input: SectionInput, scale: TimeScale): readonly Markup[] {
  const away = downWindows(input.run.history).map(({ boot, fromT, toT, by }) => ({
    fromT,
    toT,
    label: `boot ${boot}, by ${by}`,
  }));
  return [
    ...(away.length > 0 ? [lane('server away', away, scale, 'down')] : []),
    ...faultLanesOf(input).map(({ name, windows, tone, colour }) =>
      lane(
        name,
        windows.map((window) => ({ ...window, label: window.entry })),
        scale,
        `tone-${tone}`,
        colour,
      ),
    ),
  ];
}
