/**
 * Pictures of the main pages for people to look at: light, dark, and on a phone.
 */
import { choose, everyRoute, expect, open, SCREENSHOTS, signIn, test } from './support';

const LOOKS = [
  { name: 'light', theme: 'light', language: 'en', width: 1280, height: 800 },
  { name: 'dark', theme: 'dark', language: 'nl', width: 1280, height: 800 },
  { name: 'phone', theme: 'light', language: 'sv', width: 390, height: 844 },
];

for (const look of LOOKS) {
  test(`pictures: ${look.name}`, async ({ page }) => {
    test.setTimeout(120_000);
    await signIn(page);
    const routes = await everyRoute(page);
    await choose(page, look);
    await page.setViewportSize({ width: look.width, height: look.height });
    for (const [name, path] of Object.entries(routes)) {
      await open(page, path);
      const file = `${SCREENSHOTS}/${look.name}-${name}.png`;
      const picture = await page.screenshot({ path: file, fullPage: true });
      expect(picture.byteLength).toBeGreaterThan(1000);
    }
  });
}
