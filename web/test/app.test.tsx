/**
 * Pages against a stand-in server: signing in, a refusal, a write, and changing the language.
 */
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';
import { SESSION, show, stubServer } from './support';

const DETAILS = {
  tenantName: 'Contoso',
  tenantLocation: null,
  mdmAuthority: 'somethingNew',
  accountStatus: 'active',
  serviceRelease: '0.1.0',
  totalEnrolledDevices: 1234,
  totalLicensedUsers: 5,
  totalLicenses: 10,
  assignedLicenses: 5,
  licenses: [],
  lastSnapshotDateKey: null,
};

it('sends a reader without a session to the sign-in page, and back afterwards', async () => {
  stubServer({ 'GET /api/session': { status: 401, body: { code: 'unauthenticated', detail: '' } } });
  const router = await show('/devices?q=laptop');
  const button = await screen.findByRole('link', { name: 'Sign in' });
  expect(button.getAttribute('href')).toBe('/api/session/sign-in?returnTo=%2Fdevices%3Fq%3Dlaptop');
  expect(router.state.location.pathname).toBe('/sign-in');
});

it('shows the tenant, unknown values included', async () => {
  stubServer({ 'GET /api/session': { body: SESSION }, 'GET /api/tenantStatus/details': { body: DETAILS } });
  await show('/');
  expect(await screen.findByText('1,234')).toBeTruthy();
  expect(screen.getByText('somethingNew')).toBeTruthy();
  expect(screen.getByText("Licenses for devices aren't shown.")).toBeTruthy();
  expect(screen.getByRole('link', { name: '0.1.0' }).getAttribute('href')).toBe('/whats-new#release-0.1.0');
});

it('names the missing permission', async () => {
  const body = { code: 'forbidden', detail: 'Not allowed.', missing: ['Microsoft.Intune_Organization_Read'] };
  stubServer({
    'GET /api/session': { body: SESSION },
    'GET /api/tenantStatus/details': { status: 403, body },
  });
  await show('/tenant-status/details', 'nl');
  const alert = await screen.findByRole('alert');
  expect(within(alert).getByText('Microsoft.Intune_Organization_Read')).toBeTruthy();
  expect(within(alert).getByText(/rol met deze machtiging:/)).toBeTruthy();
});

it('says when the server stumbles, and asks again', async () => {
  let stumbles = true;
  stubServer({
    'GET /api/session': { body: SESSION },
    'GET /api/tenantStatus/details': () => (stumbles ? { status: 500, body: 'x' } : { body: DETAILS }),
  });
  await show('/tenant-status/details');
  const retry = await screen.findByRole('button', { name: 'Try again' });
  stumbles = false;
  await userEvent.click(retry);
  expect(await screen.findByText('1,234')).toBeTruthy();
});

it('makes an enrollment token with the CSRF token and shows the command', async () => {
  const made = {
    id: '1',
    description: 'x',
    createdDateTime: '',
    expirationDateTime: '2026-11-21T00:00:00Z',
    usesRemaining: 1,
    isRevoked: false,
    token: 'T0KEN',
  };
  const log = stubServer({
    'GET /api/session': { body: SESSION },
    'GET /api/enrollmentTokens': { body: { value: [] } },
    'POST /api/enrollmentTokens': { status: 201, body: made },
  });
  await show('/devices/enrollment');
  await userEvent.click(await screen.findByRole('button', { name: 'Enroll devices' }));
  await userEvent.type(await screen.findByRole('textbox', { name: 'Description' }), 'New office');
  await userEvent.click(screen.getByRole('button', { name: 'Create token' }));
  expect(await screen.findByText(/quarterdeck-agent enroll --server \S+ --token T0KEN/)).toBeTruthy();
  const sent = log.find((request) => request.method === 'POST');
  expect(sent).toMatchObject({
    csrf: 'token-of-the-session',
    body: { description: 'New office', validForHours: 24, maxUses: 1 },
  });
});

it('switches every word and the document to another language', async () => {
  stubServer({ 'GET /api/session': { body: SESSION } });
  await show('/account');
  await userEvent.click(await screen.findByRole('radio', { name: 'Svenska' }));
  expect(await screen.findByRole('heading', { level: 1, name: 'Ditt konto' })).toBeTruthy();
  expect(document.documentElement.lang).toBe('sv');
  await waitFor(() => expect(document.title).toBe('Ditt konto – Quarterdeck'));
});

it('shows a kind page for a device that does not exist', async () => {
  stubServer({ 'GET /api/session': { body: SESSION } });
  await show('/devices/nothing/overview', 'sv');
  expect(await screen.findByRole('heading', { level: 1, name: 'Enheten hittades inte' })).toBeTruthy();
});

it('shows messages to a reader who may not see service health, and names what is missing', async () => {
  const graph = '/graph/v1.0/admin/serviceAnnouncement';
  const missing = ['Quarterdeck_ServiceHealth_Read'];
  const refused = {
    status: 403,
    body: { error: { code: 'forbidden', message: 'No.', innererror: { missing } } },
  };
  const message = {
    id: 'MC1',
    title: 'Three tabs',
    body: { contentType: 'text', content: 'There are three now.' },
    category: 'stayInformed',
    severity: 'normal',
    services: ['Quarterdeck'],
    tags: [],
    isMajorChange: false,
    actionRequiredByDateTime: null,
    startDateTime: '2026-11-20T00:00:00Z',
    endDateTime: null,
    lastModifiedDateTime: '2026-11-20T00:00:00Z',
    viewPoint: { isRead: false, isArchived: false, isFavorited: false },
  };
  const log = stubServer({
    'GET /api/session': { body: SESSION },
    [`GET ${graph}/healthOverviews`]: refused,
    [`GET ${graph}/issues`]: refused,
    'GET /api/tenantStatus/actionItems': refused,
    [`GET ${graph}/messages`]: { body: { '@odata.count': 1, value: [message] } },
    [`POST ${graph}/messages/markRead`]: { body: { value: true } },
  });
  await show('/tenant-status/service-health');
  expect(await screen.findByRole('heading', { name: 'Message center: 1 active message' })).toBeTruthy();
  expect((await screen.findAllByText('Quarterdeck_ServiceHealth_Read')).length).toBe(3);
  expect(screen.getByText(/needs the permission Quarterdeck_MessageCenter_Update/)).toBeTruthy();
  expect(screen.queryByRole('button', { name: 'Publish a message' })).toBeNull();
  await userEvent.click(screen.getByRole('button', { name: /Three tabs/ }));
  expect(await screen.findByText('There are three now.')).toBeTruthy();
  await waitFor(() =>
    expect(log.find((sent) => sent.method === 'POST')).toMatchObject({
      path: `${graph}/messages/markRead`,
      body: { messageIds: ['MC1'] },
      csrf: 'token-of-the-session',
    }),
  );
});

it('says what is wrong beside the field, first by itself and then by what the server says', async () => {
  const sources = '/api/serviceAnnouncement/sources';
  const log = stubServer({
    'GET /api/session': {
      body: { ...SESSION, permissions: ['Quarterdeck_ServiceHealth_Update'] },
    },
    [`GET ${sources}`]: { body: { value: [] } },
    [`POST ${sources}`]: {
      status: 400,
      body: { code: 'bad_request', detail: 'No such scope.', target: 'scope' },
    },
  });
  await show('/tenant-status/service-health/sources');
  await userEvent.click(await screen.findByRole('button', { name: 'Add connection' }));
  await userEvent.click(await screen.findByRole('button', { name: 'Add' }));
  const name = await screen.findByRole('textbox', { name: /^Name/ });
  await waitFor(() => expect(name.getAttribute('aria-invalid')).toBe('true'));
  expect(screen.getAllByText('Fill this in.').length).toBe(5);
  fireEvent.change(name, { target: { value: 'Other deck' } });
  for (const field of [/^Address of the service/, /^Address for tokens/]) {
    fireEvent.change(screen.getByRole('textbox', { name: field }), {
      target: { value: 'https://deck.example/x' },
    });
  }
  fireEvent.change(screen.getByRole('textbox', { name: /^Client ID/ }), { target: { value: 'app' } });
  fireEvent.change(screen.getByLabelText(/^Client secret/), { target: { value: 's3cret' } });
  await userEvent.click(screen.getByRole('button', { name: 'Add' }));
  expect(await screen.findByText('No such scope.')).toBeTruthy();
  expect(screen.getByRole('textbox', { name: /^Scope/ }).getAttribute('aria-invalid')).toBe('true');
  expect(log.find((sent) => sent.method === 'POST')).toMatchObject({
    csrf: 'token-of-the-session',
    body: { displayName: 'Other deck', clientSecret: 's3cret' },
  });
});
