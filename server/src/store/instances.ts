/**
 * What is written of instances that are there, beside how they stand.
 *
 * Nobody writes the status or `waiting_for` of an instance that is there but `settle` (modules/operation-center/settle.ts). What always holds:
 * - `waiting_for` is the number of edges to the instance from others that have not succeeded, and one more while it awaits the turn of its run;
 * - status 1 (not run) means that it waits for something, 2 and 3 (waiting for its time, for resources) that it waits for nothing any more.
 * Whoever adds an edge from an instance that is there locks that instance first, `for share` at least: its end must not slip in between.
 */
import type { Transaction } from './database.ts'

/** Sets the flag; what it makes of the runs that they belong to is told to `settle` afterwards. */
export function setFrozen(tx: Transaction, ids: readonly number[], frozen: boolean): void {
  tx.send('update instances set frozen = $2, modified_at = now() where id = any($1)', [ids, frozen])
}
