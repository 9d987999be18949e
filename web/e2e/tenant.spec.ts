/**
 * Tenant details and What's new: what the page shows is what the server says.
 */
import { ask, expect, settled, signIn, test } from './support';

interface Details {
  tenantName: string;
  serviceRelease: string;
  totalEnrolledDevices: number;
  totalLicensedUsers: number;
  totalLicenses: number;
  assignedLicenses: number;
}

const number = (value: number) => value.toLocaleString('en-US');

test('every field of the tenant', async ({ page }) => {
  await signIn(page);
  await expect(page).toHaveURL(/\/tenant-status\/details$/);
  const details = await ask<Details>(page, '/api/tenantStatus/details');
  const main = page.locator('main');
  const field = (label: string) =>
    main
      .locator('dl > div')
      .filter({ has: page.getByText(label, { exact: true }) })
      .locator('dd');

  await expect(field('Tenant name')).toHaveText(details.tenantName);
  await expect(field('Tenant location')).not.toBeEmpty();
  await expect(field('MDM Authority')).not.toBeEmpty();
  await expect(field('Account status')).not.toBeEmpty();
  await expect(field('Total enrolled devices')).toHaveText(number(details.totalEnrolledDevices));
  await expect(field('Total licensed users')).toHaveText(number(details.totalLicensedUsers));
  await expect(field('Total licenses')).toHaveText(number(details.totalLicenses));
  await expect(field('Licenses assigned to users')).toHaveText(number(details.assignedLicenses));
  await expect(main.getByText("Licenses for devices aren't shown.")).toBeVisible();

  await field('Service release').getByRole('link', { name: details.serviceRelease }).click();
  await expect(page).toHaveURL(/\/whats-new#release-/);
  await settled(page);
  await expect(
    page.getByRole('heading', { level: 2, name: `Release ${details.serviceRelease}` }),
  ).toBeVisible();
});
