/** Of points where less is better in both: true for each that no other beats in one without being beaten in the other. */
export function paretoFront(points: readonly (readonly [number, number] | null)[]): readonly boolean[] {
  return points.map(
    (point) =>
      point !== null &&
      !points.some(
        (other) =>
          other !== null &&
          other[0] <= point[0] &&
          other[1] <= point[1] &&
          (other[0] < point[0] || other[1] < point[1]),
      ),
  );
}
