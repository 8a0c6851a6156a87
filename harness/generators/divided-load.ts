import type { Drive, Scene } from '../execution/course.ts';
import { type Clock, nsOf } from '../model/clock.ts';
import type { Event, EventOf } from '../model/event.ts';
import { EVENT_LOOP, GENERATOR_LOST } from '../model/load.ts';
import type { Plan } from '../model/plan.ts';
import type { GeneratorLink } from './link.ts';
import { GeneratorLost, type Harvest, Member } from './member.ts';
import { eventsOfPart } from './part-events.ts';
import { shareOf } from './share.ts';

// From the word to the start: it must reach all of them, and a load of some seconds may lose nothing of its beginning.
const LEAD_MS = 300;
// After the longest that a load may take, and what a generator still does when it is stopped.
const GRACE_MS = 30_000;
// What is under way is given up at once.
const STOPPED_MS_MAX = 5_000;

/** A load that several generators make. */
export interface DividedLoad {
  readonly drive: Drive;
  /** Once the drive has run. */
  outcome(): DividedOutcome;
}

export interface DividedOutcome {
  /** In the order of their names; each has come back, or says why not. */
  readonly members: readonly Member[];
  readonly harvests: readonly Harvest[];
  readonly slowestLoop: EventOf<'note'> | null;
}

/** `folder`: where what comes back is kept until the histories are merged. */
export function divideLoad(options: {
  readonly plan: Plan;
  readonly links: readonly GeneratorLink[];
  readonly folder: string;
}): DividedLoad {
  const { plan, links, folder } = options;
  let members: readonly Member[] = [];
  let harvests: readonly Harvest[] = [];
  let slowestLoop: EventOf<'note'> | null = null;
  const drive: Drive = {
    isAudited: true,
    async run(contextFor, scene) {
      const [first] = plan.calls;
      if (first === undefined || scene.url === null) throw new Error('a divided load needs calls and a URL');
      const { clock, signal, record } = contextFor(first.agent);
      members = links.map((link, index) => new Member({ link, share: shareOf(plan, index, links.length), clock }));
      await conduct(members, { url: scene.url, clock, signal, limitMs: plan.limits.runMs + GRACE_MS });
      harvests = (await eachPresent(members, (member) => member.harvest(folder))).filter((one) => one !== null);
      for (const { name, share, why } of members) {
        if (why === null) continue;
        const data = { generator: name, calls: share.calls.length, why };
        record({ kind: 'note', topic: GENERATOR_LOST, text: `${name} was lost: ${why}`, data });
      }
      slowestLoop = await hearAll(harvests, scene);
    },
  };
  return { drive, outcome: () => ({ members, harvests, slowestLoop }) };
}

/** From the handing out of the shares to the end of the last of them. */
async function conduct(
  members: readonly Member[],
  how: { readonly url: string; readonly clock: Clock; readonly signal: AbortSignal; readonly limitMs: number },
): Promise<void> {
  const { url, clock, signal, limitMs } = how;
  const over = new AbortController();
  const loseAfter = (ms: number, what: string) =>
    clock.sleep(ms, over.signal).then(
      () => {
        for (const member of members) member.lose(`it did not end within ${ms} ms${what}`);
      },
      () => {}, // All have ended.
    );
  const stopAll = () => {
    void eachPresent(members, (member) => member.stop('the run was interrupted'));
    void loseAfter(STOPPED_MS_MAX, ' after it was told to stop');
  };
  signal.addEventListener('abort', stopAll, { once: true });
  const limit = loseAfter(limitMs, '');
  try {
    await eachPresent(members, (member) => member.prepare(url));
    const atT = clock.now() + nsOf(LEAD_MS);
    await eachPresent(members, (member) => member.start(atT));
    await eachPresent(members, (member) => member.ended());
  } finally {
    signal.removeEventListener('abort', stopAll);
    over.abort(new Error('the load has ended'));
    await limit;
  }
}

/** Of those that are not lost; null where one is lost meanwhile. */
function eachPresent<Value>(
  members: readonly Member[],
  act: (member: Member) => Promise<Value>,
): Promise<(Value | null)[]> {
  return Promise.all(
    members.map(async (member) => {
      if (member.why !== null) return null;
      try {
        return await act(member);
      } catch (error) {
        if (error instanceof GeneratorLost) return null;
        throw error;
      }
    }),
  );
}

/** What follows the run hears what others recorded, part after part; the latest event loop of them is the result. */
async function hearAll(harvests: readonly Harvest[], { hear }: Scene): Promise<EventOf<'note'> | null> {
  let slowest: EventOf<'note'> | null = null;
  for (const [index, harvest] of harvests.entries()) {
    const numbered = (seq: number) => seq * harvests.length + index;
    for await (const batch of eventsOfPart(harvest)) {
      for (const event of batch) {
        hear(withNumbers(event, numbered));
        if (event.kind !== 'note' || event.topic !== EVENT_LOOP) continue;
        if (slowest === null || tail(event) > tail(slowest)) slowest = event;
      }
    }
  }
  return slowest;
}

/** No two parts have the same number. */
function withNumbers(event: Event, numbered: (seq: number) => number): Event {
  const seq = numbered(event.seq);
  if (event.kind === 'ok' || event.kind === 'fail' || event.kind === 'info') {
    return { ...event, seq, of: numbered(event.of) };
  }
  return { ...event, seq };
}

function tail({ data }: EventOf<'note'>): number {
  return Number(data?.p99 ?? data?.max ?? 0);
}
