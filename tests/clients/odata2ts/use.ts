/** A program over the generated types: it does not compile when a name or a type of the feed is another one. */
import type { date, device } from './build/v1/QuarterdeckWarehouseModel.js';

export function label(row: device): string {
  const synced: string | null = row.lastSyncDateTime;
  return `${row.deviceKey}: ${row.deviceName ?? 'unnamed'}, seen ${synced ?? 'never'}`;
}

export function isToday(day: date, dateKey: number): boolean {
  return day.dateKey === dateKey && day.calendarYear === Math.floor(dateKey / 10_000);
}
