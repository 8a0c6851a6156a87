import { expect, it } from 'vitest';
import { sampleTarget } from '../model/testing/sample-plan.ts';
import { referenceFacts } from '../targets/reference.ts';
import { faultsText } from './reference/fault-table.ts';

it('the table of faults says where each works, on a machine that has what they need', async () => {
  const able = { fillableDisk: true, movableClock: true };
  const target = { ...sampleTarget({ ...referenceFacts('tasks-2026-07-28', 'http'), ...able }), profile: '{{dir}}' };
  const why = 'out of date; npm run reference writes it anew';
  await expect(faultsText(target), why).toMatchFileSnapshot('../../docs/faults.md');
});
