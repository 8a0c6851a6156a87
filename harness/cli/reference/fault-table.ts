import { faultUnits } from '../../faults/index.ts';
import type { Fault } from '../../model/fault.ts';
import type { TransportId } from '../../model/operation.ts';
import type { Plan, PlannedFault, PlannedTarget } from '../../model/plan.ts';
import { impossible } from '../../plan/fault-applicability.ts';
import { faultProfiles, withProfile } from '../../plan/fault-profile.ts';
import { markdownTable } from '../markdown-table.ts';

const HEAD = `# Faults

Everything that can go wrong around a server, by code: \`--fault F5=0.2\` on the command line, \`fault: F5\` in a scenario, all at once
with a profile (below). Each leaves a proof in the history (\`verified\`, with its evidence) or the run is unknown; each is undone, also when
the run is interrupted. What a target makes impossible is taken out of the plan, and the verdict says why. Options and their defaults:
[Reference](reference.md#faults).

## Where each works

For the reference server on one machine with Linux, in real processes and in virtual time. *several*: only with several processes;
*engine*: only where the store is a program of its own (redis, postgres).
`;

const UNDO = `## What proves it, and what undoes it
`;

const PACKETS = `
An agent that crashes (F27) is no fault of a run: \`claimcheck eval\` lets agents crash, with what they wrote down and without.
Loss and partitions below TCP (network namespaces, \`tc\`) are not among them: the nearest are F2, F4, F5, F6 and F10 on whole messages and connections.
`;

/** What is seen when a fault bites, and what ends it. */
const PROOFS: Readonly<Record<string, readonly [proof: string, undo: string]>> = {
  F1: ['the frame with its delay', 'passes by itself'],
  F2: ['the frame with its delay, the last piece delivered', 'passes by itself'],
  F3: ['a held reply went after another', 'lets it go'],
  F4: ['the frame that was dropped', 'passes by itself'],
  F5: ["the server's answer in our hands, and cut", 'passes by itself'],
  F6: ['how much of how many bytes arrived', 'passes by itself'],
  F7: ['the frame, and how it was spoilt', 'passes by itself'],
  F8: ['the second delivery was answered', 'passes by itself'],
  F9: ['the create was sent again', 'passes by itself'],
  F10: ['how much was held back', 'lets it go'],
  F11: ['connections opened, and the limit the kernel has', 'connections are closed, the limit is as before'],
  F12: ['the exit', 'the next boot'],
  F13: ['the exit, and how long it took', 'the next boot'],
  F14: ['the process was seen to stand', 'SIGCONT'],
  F15: ['how many boots died, and whether the work was begun again', 'the next boot'],
  F16: ['each process started with the other release', 'goes back the same way'],
  F17: ["the worker's exit", 'its next boot'],
  F18: ['other requests waited for the loop', 'passes by itself'],
  F19: ["the engine's exit", 'the engine is started, on its data'],
  F20: ['operations that were struck', 'the way to the store is clear again'],
  F21: ["the engine's exit", 'the engine is started, on what is left'],
  F22: ['a write was refused', 'the disk has room again'],
  F23: ['the time read before and after', 'none: it stays moved, as a clock does'],
  F24: ['the process was seen to stand', 'SIGCONT, and an end for good'],
  F25: ['the limit in the environment of the process', 'a boot without it'],
  F26: [
    'a connection that was open, an exit, bytes that waited, the pipe found',
    'a new connection or boot, bytes are read',
  ],
  F28: ['a cancel that came within its time', 'passes by itself'],
  F29: ['the answer, and what became of it', 'passes by itself'],
  F30: ['at least two polls came at once', 'lets them go'],
  F31: ['the platform stood in front of the request', 'passes by itself'],
};

const FORMS: Readonly<Record<string, readonly string[]>> = {
  F11: ['storm', 'half-sent', 'few-files'],
  F15: ['loop', 'poison'],
  F20: ['slow', 'failing', 'cut', 'paused'],
  F26: ['closed', 'input-closed', 'output-unread', 'log-unread'],
};

/** docs/faults.md. `base`: a server that can do everything a server can, over HTTP, in one process. */
export function faultsText(base: PlannedTarget): string {
  const units = Object.entries(faultUnits);
  const reach = units.flatMap(([code, unit]) =>
    (FORMS[code] ?? [null]).map((form) => reachRow(base, code, unit, form)),
  );
  const proofs = units.map(([code, unit]) => {
    const known = PROOFS[code];
    if (known === undefined) throw new Error(`expected what proves ${code}, found nothing`);
    return [`${code} ${unit.meta.name}`, ...known];
  });
  const profiles = Object.entries(faultProfiles).map(([name, profile]) => [
    name,
    profile.description,
    [...new Set(withProfile([], name).map(({ fault }) => fault))].join(' '),
  ]);
  return [
    HEAD,
    markdownTable(
      ['Fault', 'What happens', 'real, stdio', 'real, HTTP', 'virtual, stdio', 'virtual, HTTP', 'Why not'],
      reach,
    ),
    PACKETS,
    '## Profiles\n',
    '`--faults NAME` brings those that a scenario has none of its own; `--fault F12=0` takes one out again.\n',
    markdownTable(['Profile', 'What it is like', 'Faults'], profiles),
    '',
    UNDO,
    markdownTable(['Fault', 'Proof', 'Undone by'], proofs),
    '',
  ].join('\n');
}

function reachRow(base: PlannedTarget, code: string, unit: Fault, form: string | null): readonly string[] {
  const reasons = new Set<string>();
  const cell = (time: Plan['time'], transport: TransportId) => {
    const reason = reasonFor({ ...base, transport }, { code, unit, form, time });
    if (reason === null) return 'yes';
    const several = { ...base, transport, processes: { servers: 2, workers: 1 } };
    if (transport === 'http' && time === 'real' && reasonFor(several, { code, unit, form, time }) === null)
      return 'several';
    const services = [{ id: 'redis', uses: ['store'], given: null, losesTail: true }] as const;
    const engine = { ...base, transport, store: 'redis', services };
    if (reasonFor(engine, { code, unit, form, time }) === null) return 'engine';
    reasons.add(reason);
    return 'no';
  };
  const cells = [cell('real', 'stdio'), cell('real', 'http'), cell('virtual', 'stdio'), cell('virtual', 'http')];
  const name = `${code} ${unit.meta.name}${form === null ? '' : `, ${form}`}`;
  return [name, unit.meta.title, ...cells, [...reasons].join('; ')];
}

function reasonFor(
  target: PlannedTarget,
  of: { readonly code: string; readonly unit: Fault; readonly form: string | null; readonly time: Plan['time'] },
): string | null {
  const options: PlannedFault['options'] = of.form === null ? {} : { form: of.form };
  return impossible(of.unit, { fault: of.code, count: 1, on: 'acked', options }, { target, time: of.time }).reason;
}
