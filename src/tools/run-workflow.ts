import { z } from 'zod';
import { createSeededNumbers } from './seeded-numbers.ts';
import { createWorkloadTool, workInputs } from './workload.ts';

const TAX_PERCENT = 19;
const PARCEL_ITEMS_MAX = 10;

const schema = z.strictObject({
  ...workInputs,
  order: z.string().min(1).max(200).default('order-1').describe('Name of the order.'),
  items: z.int().min(1).max(1_000).default(5).describe('How many items it has.'),
});

/** An order through a backend: validate, price, reserve, pack, book; the books must balance at the end. */
export const runWorkflow = createWorkloadTool({
  name: 'run_workflow',
  title: 'Run a workflow',
  purpose:
    'Takes an order through a backend in five steps (validate, price, reserve, pack, book) and returns its bookings.',
  schema,
  annotations: { readOnlyHint: false, idempotentHint: false, destructiveHint: false, openWorldHint: true },
  plan(args) {
    const { token, ms, order, items } = schema.parse(args);
    let prices: readonly number[] = [];
    let netCents = 0;
    let taxCents = 0;
    let parcelCount = 0;
    let bookings: readonly { readonly account: string; readonly cents: number }[] = [];
    const steps = [
      { name: 'validate', run: () => `${order} ${items}` },
      {
        name: 'price',
        run() {
          const draw = createSeededNumbers(order);
          prices = Array.from({ length: items }, () => 100 + draw(9_900));
          netCents = prices.reduce((sum, price) => sum + price, 0);
          taxCents = Math.round((netCents * TAX_PERCENT) / 100);
          return `${netCents} ${taxCents}`;
        },
      },
      { name: 'reserve', run: () => prices.map((price, itemIndex) => `${itemIndex}:${price}`).join(' ') },
      {
        name: 'pack',
        run() {
          parcelCount = Math.ceil(items / PARCEL_ITEMS_MAX);
          return String(parcelCount);
        },
      },
      {
        name: 'book',
        run() {
          bookings = [
            { account: 'customer', cents: netCents + taxCents },
            { account: 'revenue', cents: -netCents },
            { account: 'tax', cents: -taxCents },
          ];
          const balance = bookings.reduce((sum, { cents }) => sum + cents, 0);
          if (balance !== 0) throw new Error(`expected books that balance, got ${balance} cents`);
          return JSON.stringify(bookings);
        },
      },
    ];
    const finish = () => ({
      text: `Order ${order} is booked: ${netCents + taxCents} cents in ${parcelCount} parcels`,
      data: { order, netCents, taxCents, parcelCount, bookings },
    });
    return { token, ms, steps, finish };
  },
});
