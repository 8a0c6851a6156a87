import type { FaultWatch, ProcessFault } from '../model/fault.ts';
import type { PlannedFault } from '../model/plan.ts';
import { NOT_OURS } from './capability.ts';
import { numberOption } from './option.ts';

const FORMS = ['loop', 'poison'] as const;

/**
 * SIGKILL, `times` in a row. `loop`: each boot lives for `aliveMs` once it is ready, whatever it is at. `poison`: each boot dies when it
 * begins the work of the call that triggered this, as if that work were what kills it; when it is not begun again within
 * `aliveMs`, the server has given it up, and that is the end of it. Either way a boot may live after that.
 */
export const crashLoop: ProcessFault = {
  meta: {
    id: 'F15',
    name: 'crash-loop',
    title: 'It dies again and again',
    description: 'One boot after the other dies, perhaps of one task: the others must be kept, and that one must end.',
    kind: 'process',
    options: { form: 'loop', times: 3, aliveMs: 300, downMs: 50 },
    triggers: ['event', 'time', 'boundary'],
    colour: '#8f2f3f',
  },
  applicable({ facts }, _time, { form }) {
    if (!facts.process) return `${NOT_OURS}, so it cannot kill it`;
    if (!FORMS.some((known) => known === form)) return `form is none of ${FORMS.join(', ')}`;
    return form === 'poison' && facts.effects !== 'ordered'
      ? 'the effects of this target cannot be observed as they happen, so nobody sees it begin a task'
      : null;
  },
  async start(entry, server, _store, watch) {
    const { boot } = server;
    const aliveMs = numberOption(entry, 'aliveMs');
    await server.kill(entry.entry);
    let kills = 1;
    const again = async () => {
      await server.sleep(numberOption(entry, 'downMs'));
      return await server.start(entry.entry);
    };
    for (; kills < numberOption(entry, 'times'); kills += 1) {
      // Heard from before the boot on: it may begin as soon as it runs.
      const begun = entry.options.form === 'poison' ? begunAgain(entry, watch) : null;
      await again();
      const alive = server.sleep(aliveMs).then(() => begun === null);
      if (!(await (begun === null ? alive : Promise.race([begun, alive])))) {
        // It is up and has let go of the task: nothing is left to undo.
        return { evidence: { boot, kills, givenUp: true }, undo: async () => ({}) };
      }
      await server.kill(entry.entry);
    }
    return { evidence: { boot, kills }, undo: async () => ({ ...(await again()) }) };
  },
};

async function begunAgain({ entry, trigger }: PlannedFault, watch: FaultWatch | undefined): Promise<true> {
  if (trigger.kind !== 'event' || watch === undefined) throw new Error(`${entry}: expected a call whose work kills`);
  await watch.begun(trigger.call);
  return true;
}
