/**
 * Service health, what requires action, and the message center: what the page shows is what the server says.
 */
import { ask, expect, open, signIn, test } from './support';

interface List<T> {
  '@odata.count': number;
  value: T[];
}
interface Issue {
  id: string;
  title: string;
  isResolved: boolean;
  posts: unknown[];
}
interface Message {
  id: string;
  title: string;
  viewPoint: { isRead: boolean; isFavorited: boolean };
}

const ROOT = '/graph/v1.0/admin/serviceAnnouncement';
const PAGE = '/tenant-status/service-health';

test('every service is listed with a state in words', async ({ page }) => {
  await signIn(page, PAGE);
  const { value } = await ask<List<{ service: string }>>(page, `${ROOT}/healthOverviews`);
  const section = page.getByRole('region', { name: 'Service health', exact: true });
  await expect(section.getByRole('listitem')).toHaveCount(value.length);
  for (const { service } of value) await expect(section.getByText(service, { exact: true })).toBeVisible();
});

test('an incident opens in place, under an address of its own', async ({ page }) => {
  await signIn(page, `${PAGE}?past=issues`);
  const { value } = await ask<List<Issue>>(page, `${ROOT}/issues?$orderby=startDateTime desc&$count=true`);
  const [first] = value;
  if (!first) {
    await expect(page.getByText('There were no incidents or advisories in the last 30 days.')).toBeVisible();
    return;
  }
  await page.getByRole('button', { name: new RegExp(first.id) }).click();
  await expect(page).toHaveURL(new RegExp(`/service-health/issues/${first.id}`));
  await expect(page.getByText('User impact')).toBeVisible();
  await page.reload();
  await expect(page.getByText('User impact')).toBeVisible();
  await page.getByRole('button', { name: new RegExp(first.id) }).click();
  await expect(page.getByText('User impact')).toHaveCount(0);
});

test('the message center shows at most ten, reading one marks it, and past ones come on request', async ({
  page,
}) => {
  await signIn(page, PAGE);
  const all = await ask<List<Message>>(page, `${ROOT}/messages?$count=true&$top=200`);
  const [first] = all.value;
  if (!first) throw new Error('A new server has at least its own release notes');
  const section = page.getByRole('region', { name: /^Message center/ });
  const entries = section.getByRole('listitem').filter({ has: page.getByRole('heading') });
  expect(await entries.count()).toBeLessThanOrEqual(10);
  await page.getByRole('button', { name: 'See past Messages' }).click();
  await expect(page).toHaveURL(/messages=past/);
  await expect(entries).toHaveCount(all.value.length);
  const entry = section.getByRole('button', { name: new RegExp(first.id) });
  await entry.click();
  await expect(page).toHaveURL(new RegExp(`/service-health/messages/${first.id}`));
  await expect(section.getByRole('button', { name: 'Mark as unread' })).toBeVisible();
  await section.getByRole('button', { name: 'Add to favorites' }).click();
  await expect(section.getByRole('button', { name: 'Remove from favorites' })).toBeVisible();
  const read = await ask<Message>(page, `${ROOT}/messages/${first.id}`);
  expect(read.viewPoint).toMatchObject({ isRead: true, isFavorited: true });
  await section.getByRole('button', { name: 'Remove from favorites' }).click();
  await expect(section.getByRole('button', { name: 'Add to favorites' })).toBeVisible();
});

test('what requires action leads to where it can be mended', async ({ page }) => {
  await signIn(page, PAGE);
  const { value } = await ask<List<{ title: string; link: string }>>(
    page,
    '/api/tenantStatus/actionItems?$count=true',
  );
  const [first] = value;
  if (!first) {
    await expect(page.getByText('Nothing requires action.')).toBeVisible();
    return;
  }
  await page.getByRole('link', { name: `Open: ${first.title}` }).click();
  await expect(page).toHaveURL((url) =>
    `${url.pathname}${url.search}`.startsWith(first.link.split('?')[0] ?? '/'),
  );
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
});

test('the printed hub has the list and not the buttons', async ({ page }) => {
  await signIn(page, '/tenant-status/connectors');
  await open(page, '/tenant-status/connectors');
  await page.emulateMedia({ media: 'print' });
  await expect(page.getByRole('table', { name: 'Connector status' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Print' })).toBeHidden();
  await expect(page.getByRole('button', { name: /connectors/ })).toBeHidden();
});
