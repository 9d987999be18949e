/**
 * What every browser test needs: signing in, watching the console, and asking the server what is true.
 * Tests ask the server for names and counts, so that they run against any data.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, test as base, type Page } from '@playwright/test';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const AXE_TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

export const SCREENSHOTS = 'e2e-output/screenshots';

/** Console errors that a test causes on purpose (a 4xx answer is printed by the browser itself). */
type Allowed = RegExp[];

interface Fixtures {
  allowed: Allowed;
  page: Page;
}

/** A page on which any console error, page error or content security policy report fails the test. */
export const test = base.extend<Fixtures>({
  // eslint-disable-next-line no-empty-pattern -- Playwright reads the parameter's shape
  allowed: async ({}, use) => {
    await use([]);
  },
  page: async ({ page, allowed }, use) => {
    const complaints: string[] = [];
    page.on('console', (message) => {
      // The browser itself prints every 4xx; asking who is signed in is how the interface learns "nobody".
      const asked = message.location().url.endsWith('/api/session') && message.text().includes('401');
      if (!asked && ['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    await use(page);
    const unexpected = complaints.filter((text) => !allowed.some((pattern) => pattern.test(text)));
    expect(unexpected).toEqual([]);
  },
});

export { expect };

function secret(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: it is needed to sign in`);
  return value;
}

/** From the interface's sign-in page through the server's own form and back. */
export async function signIn(page: Page, path = '/'): Promise<void> {
  await page.goto(path);
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await page.locator('a[href^="/api/session/sign-in"]').click();
  const password = page.locator('input[type=password]');
  await password.waitFor();
  await page
    .locator('input[name=username], input[type=email], input[type=text]')
    .first()
    .fill(secret('QD_ADMIN_USER'));
  await password.fill(secret('QD_ADMIN_PASSWORD'));
  await page.locator('button[type=submit], input[type=submit]').first().click();
  await expect(page.getByRole('navigation').first()).toBeAttached();
  await settled(page);
}

/** The page has its title and nothing is on its way any more. */
export async function settled(page: Page): Promise<void> {
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await expect(page.locator('.fui-Skeleton')).toHaveCount(0);
  await expect(page.locator('[aria-busy=true]')).toHaveCount(0);
}

export async function open(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await settled(page);
}

export async function choose(page: Page, preferences: { theme?: string; language?: string }): Promise<void> {
  await page.evaluate(({ theme, language }) => {
    if (theme) localStorage.setItem('quarterdeck.theme', theme);
    if (language) localStorage.setItem('quarterdeck.language', language);
  }, preferences);
}

export interface Device {
  id: string;
  deviceName: string;
  isSimulated?: boolean;
}

export async function ask<T>(page: Page, path: string): Promise<T> {
  const response = await page.request.get(path);
  expect(response.ok(), `${path} answered ${response.status()}`).toBe(true);
  return (await response.json()) as T;
}

export async function devices(page: Page, query: string): Promise<{ count: number; value: Device[] }> {
  const answer = await ask<{ '@odata.count': number; value: Device[] }>(
    page,
    `/graph/v1.0/deviceManagement/managedDevices?${query}&$count=true`,
  );
  return { count: answer['@odata.count'], value: answer.value };
}

export async function someDevice(page: Page): Promise<Device> {
  const [first] = (await devices(page, '$top=1&$orderby=deviceName asc')).value;
  if (!first) throw new Error('The tenant has no device to look at');
  return first;
}

export async function someTable(page: Page): Promise<string> {
  const { tables } = await ask<{ tables: { name: string }[] }>(page, '/api/warehouse');
  return tables.find((table) => table.name === 'devices')?.name ?? tables[0]?.name ?? 'devices';
}

export interface Connector {
  type: string;
  label: string;
  instanceId: string | null;
  status: { health: string };
  mayWrite: boolean;
}

/** The list of connectors as the server orders it. */
export async function connectors(page: Page): Promise<{ unhealthyCount: number; value: Connector[] }> {
  return ask(page, '/api/tenantStatus/connectors?lang=en');
}

async function someConnector(page: Page): Promise<Connector> {
  const { value } = await connectors(page);
  const found = value.find((one) => one.instanceId) ?? value[0];
  if (!found) throw new Error('The catalogue of connectors is empty');
  return found;
}

/** Every page there is, with real identifiers in the addresses. */
export async function everyRoute(page: Page): Promise<Record<string, string>> {
  const device = await someDevice(page);
  const connector = await someConnector(page);
  return {
    'tenant-details': '/tenant-status/details',
    connectors: '/tenant-status/connectors',
    connector: `/tenant-status/connectors/${connector.type}/${connector.instanceId ?? ''}`.replace(/\/$/, ''),
    'connector-unset': '/tenant-status/connectors/apnsExpiry',
    'service-health': '/tenant-status/service-health?past=issues&messages=past',
    'import-connections': '/tenant-status/service-health/sources',
    'alerts-mine': '/notifications/mine',
    'alerts-channels': '/notifications/channels',
    'alerts-deliveries': '/notifications/deliveries',
    'whats-new': '/whats-new',
    devices: '/devices',
    enrollment: '/devices/enrollment',
    'device-overview': `/devices/${device.id}/overview`,
    'device-hardware': `/devices/${device.id}/hardware`,
    'device-software': `/devices/${device.id}/software`,
    'device-network': `/devices/${device.id}/network`,
    users: '/users',
    warehouse: '/data-warehouse',
    explorer: `/data-warehouse/explore/${await someTable(page)}`,
    sql: '/data-warehouse/sql',
    moved: '/data-warehouse/moved',
    applications: '/applications',
    'audit-logs': '/audit-logs',
    account: '/account',
    'not-found': '/no-such-page',
  };
}

interface Finding {
  id: string;
  help: string;
  nodes: string[];
}

/** Rule violations of the page as it stands, but for Tabster's invisible helpers. */
export async function axe(page: Page): Promise<Finding[]> {
  // A menu that is still fading in has not its own colours yet.
  await page.evaluate(async () => {
    const ends = document
      .getAnimations()
      .filter((one) => one.effect?.getComputedTiming().iterations !== Infinity);
    await Promise.allSettled(ends.map((one) => one.finished));
  });
  await page.evaluate(AXE);
  return page.evaluate(async (tags) => {
    const { axe: engine } = window as unknown as {
      axe: {
        run(
          context: unknown,
          options: unknown,
        ): Promise<{ violations: { id: string; help: string; nodes: { html: string }[] }[] }>;
      };
    };
    const { violations } = await engine.run(
      { exclude: [['[data-tabster-dummy]']] },
      { runOnly: { type: 'tag', values: tags } },
    );
    return violations.map(({ id, help, nodes }) => ({
      id,
      help,
      nodes: nodes.map((node) => node.html.slice(0, 300)),
    }));
  }, AXE_TAGS);
}
