import type { Measure } from '../../model/evaluation/measure.ts';
import { isKnown } from './call-standing.ts';
import { viewOf } from './episode-view.ts';
import { meanValue } from './sample.ts';
import { inputsKnownT } from './waiting-time.ts';

export const resumeLag: Measure = {
  meta: {
    id: 'resume-lag',
    title: 'Resume lag',
    description:
      'From the moment the last input was known until the call that needs it, mean over calls made after it.',
    unit: 'ms',
    better: 'lower',
    group: 'waiting',
    origin: 'new',
  },
  of(episode) {
    return meanValue(
      viewOf(episode).steps.flatMap((step) => {
        const from = step.inputs.length === 0 ? null : inputsKnownT(step);
        const call =
          from === null
            ? undefined
            : step.calls.find((one) => step.inputs.every((input) => isKnown(input, one.call.at)));
        return from === null || call === undefined ? [] : [call.call.t - from];
      }),
    );
  },
};
