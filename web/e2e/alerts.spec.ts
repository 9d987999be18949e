/**
 * Alerts: one's own mail, a channel from its making to its end, and what was sent.
 */
import { ask, axe, expect, signIn, test } from './support';

test('one’s own mail is turned on, kept, and turned off', async ({ page }) => {
  await signIn(page, '/notifications');
  await expect(page).toHaveURL(/\/notifications\/mine$/);
  const mail = page.getByRole('switch', { name: 'Send me email notifications about service health' });
  if (!(await mail.isChecked())) await mail.check();
  await page.getByRole('textbox', { name: 'Email address', exact: true }).fill('ada@contoso.example');
  await page.getByRole('textbox', { name: 'Second email address' }).fill('deck@contoso.example');
  await page.getByRole('combobox', { name: 'When' }).selectOption('digest');
  await page.getByLabel('At', { exact: true }).fill('08:30');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('Your settings were saved.')).toBeVisible();
  await page.reload();
  await expect(page.getByRole('textbox', { name: 'Second email address' })).toHaveValue(
    'deck@contoso.example',
  );
  await expect(page.getByLabel('At', { exact: true })).toHaveValue('08:30');
  await mail.uncheck();
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('Your settings were saved.')).toBeVisible();
});

test('a webhook’s secret is shown once; the channel is changed and deleted', async ({ page }) => {
  const name = `e2e webhook ${Date.now()}`;
  await signIn(page, '/notifications/channels');
  await page.getByRole('button', { name: 'Add channel' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('combobox', { name: 'Kind' }).selectOption('webhook');
  await dialog.getByRole('textbox', { name: 'Name' }).fill(name);
  await dialog.getByRole('textbox', { name: 'Address (https)' }).fill('https://hooks.contoso.example/deck');
  expect(await axe(page), 'channel dialog').toEqual([]);
  await dialog.getByRole('button', { name: 'Save' }).click();
  const made = page.getByRole('alertdialog');
  await expect(made.getByText(/^whsec_/)).toBeVisible();
  await made.getByRole('button', { name: 'Done' }).click();
  const panel = page.getByRole('region', { name });
  await expect(panel.getByText('hooks.contoso.example')).toBeVisible();
  await panel.getByRole('button', { name: `Edit ${name}` }).click();
  await dialog.getByRole('switch', { name: 'This channel is on' }).uncheck();
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(panel.getByText('Off', { exact: true })).toBeVisible();
  await panel.getByRole('button', { name: `Delete ${name}` }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click();
  await expect(panel).toHaveCount(0);
});

test('deliveries are listed, by state too', async ({ page }) => {
  await signIn(page, '/notifications/deliveries');
  const all = await ask<{ value: { title: string }[] }>(page, '/api/notifications/deliveries');
  const [first] = all.value;
  const section = page.getByRole('region', { name: 'Deliveries' });
  await expect(section.getByText(first ? first.title : 'Nothing was sent yet.').first()).toBeVisible();
  const failed = await ask<{ value: unknown[] }>(
    page,
    "/api/notifications/deliveries?$filter=state eq 'failed'",
  );
  await page.getByRole('combobox', { name: 'State' }).selectOption('failed');
  await expect(page).toHaveURL(/state=failed/);
  await expect(section.getByRole('button', { name: /^Send again/ })).toHaveCount(failed.value.length);
});
