/**
 * Cheapest one-to-one assignment of rows to columns, any shape: shortest augmenting paths with potentials, O(n²·m) for
 * n ≤ m (Jonker & Volgenant, "A shortest augmenting path algorithm for dense and sparse linear assignment problems",
 * Computing 38, 1987; rectangular form after Crouse, "On implementing 2D rectangular assignment algorithms", IEEE TAES
 * 52, 2016).
 *
 * @param cost finite numbers, `cost[row][column]`, all rows of one length
 * @returns for each row its column, or -1: min(rows, columns) rows are assigned and the sum of their costs is the least
 *   possible. Throws RangeError on ragged rows or a cost that is not finite.
 */
export function assignAtLeastCost(cost: readonly ArrayLike<number>[]): Int32Array {
  const rows = cost.length;
  const columns = cost[0]?.length ?? 0;
  const flat = new Float64Array(rows * columns);
  for (const [row, line] of cost.entries()) {
    if (line.length !== columns) throw new RangeError('The rows of the cost matrix differ in length.');
    for (let column = 0; column < columns; column++) {
      const value = line[column]!;
      if (!Number.isFinite(value)) throw new RangeError('A cost is not finite.');
      flat[row * columns + column] = value;
    }
  }
  if (rows <= columns) return assignRows(flat, rows, columns);

  const turned = new Float64Array(flat.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) turned[column * rows + row] = flat[row * columns + column]!;
  }
  const columnByRow = new Int32Array(rows).fill(-1);
  for (const [column, row] of assignRows(turned, columns, rows).entries()) columnByRow[row] = column;
  return columnByRow;
}

/** The assignment for rows ≤ columns: every row gets a column. */
function assignRows(cost: Float64Array, rows: number, columns: number): Int32Array {
  const rowPotential = new Float64Array(rows);
  const columnPotential = new Float64Array(columns);
  const columnOfRow = new Int32Array(rows).fill(-1);
  const rowOfColumn = new Int32Array(columns).fill(-1);
  /** Length of the shortest path to each column, and the row it comes from. */
  const distance = new Float64Array(columns);
  const cameFrom = new Int32Array(columns);
  const settled = new Uint8Array(columns);

  for (let start = 0; start < rows; start++) {
    distance.fill(Infinity);
    settled.fill(0);
    let row = start;
    let reached = 0;
    let sink = -1;
    while (sink < 0) {
      let nearest = -1;
      for (let column = 0; column < columns; column++) {
        if (settled[column]) continue;
        const through = reached + cost[row * columns + column]! - rowPotential[row]! - columnPotential[column]!;
        if (through < distance[column]!) {
          distance[column] = through;
          cameFrom[column] = row;
        }
        // Of equally near columns a free one ends the search at once.
        const closer = nearest < 0 || distance[column]! < distance[nearest]!;
        const asCloseButFree =
          !closer && distance[column] === distance[nearest] && rowOfColumn[column]! < 0 && rowOfColumn[nearest]! >= 0;
        if (closer || asCloseButFree) nearest = column;
      }
      reached = distance[nearest]!;
      settled[nearest] = 1;
      if (rowOfColumn[nearest]! < 0) sink = nearest;
      else row = rowOfColumn[nearest]!;
    }
    rowPotential[start]! += reached;
    for (let column = 0; column < columns; column++) {
      if (!settled[column] || column === sink) continue;
      rowPotential[rowOfColumn[column]!]! += reached - distance[column]!;
      columnPotential[column]! -= reached - distance[column]!;
    }
    // Turn the path around: every row on it moves to the column the path reached from it.
    for (let column = sink; ;) {
      const from = cameFrom[column]!;
      const previous = columnOfRow[from]!;
      columnOfRow[from] = column;
      rowOfColumn[column] = from;
      if (from === start) break;
      column = previous;
    }
  }
  return columnOfRow;
}
