/**
 * A smallest list that still fails, in the order of the given one: no single item can be left out of it (1-minimal). `fails`
 * must hold for the list itself; it is asked O(n²) times at worst, O(log n) times where one item is to blame.
 * Source: Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", 2002.
 */
export async function ddmin<Item>(
  items: readonly Item[],
  fails: (subset: readonly Item[]) => Promise<boolean>,
): Promise<readonly Item[]> {
  if (items.length === 0 || (await fails([]))) return [];
  let current = items;
  let pieceCount = 2;
  while (current.length > 1) {
    const smaller = await smallerList(current, pieceCount, fails);
    if (smaller !== null) {
      current = smaller.items;
      pieceCount = smaller.isPiece ? 2 : Math.max(2, pieceCount - 1);
    } else if (pieceCount < current.length) {
      pieceCount = Math.min(current.length, pieceCount * 2);
    } else break;
  }
  return current;
}

/** One of the pieces, or all but one of them, whichever fails first; null: none does. */
async function smallerList<Item>(
  items: readonly Item[],
  pieceCount: number,
  fails: (subset: readonly Item[]) => Promise<boolean>,
): Promise<{ readonly items: readonly Item[]; readonly isPiece: boolean } | null> {
  const bounds = Array.from({ length: pieceCount }, (_, index) => ({
    from: Math.floor((index * items.length) / pieceCount),
    to: Math.floor(((index + 1) * items.length) / pieceCount),
  }));
  for (const { from, to } of bounds) {
    const piece = items.slice(from, to);
    if (piece.length < items.length && (await fails(piece))) return { items: piece, isPiece: true };
  }
  if (pieceCount === 2) return null; // Without one half is the other half, which was asked.
  for (const { from, to } of bounds) {
    const rest = [...items.slice(0, from), ...items.slice(to)];
    if (await fails(rest)) return { items: rest, isPiece: false };
  }
  return null;
}
