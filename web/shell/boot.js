// Before anything is painted: theme, language, and which frame the page will have. What the page needs is asked for
// now and not when the program has arrived: its files, the words, and who is signed in.
(function () {
  var root = document.documentElement;
  function kept(key) {
    try {
      return localStorage.getItem('quarterdeck.' + key);
    } catch {
      return null;
    }
  }

  var theme = kept('theme');
  var dark = theme === 'dark' || (theme !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  root.dataset.theme = dark ? 'dark' : 'light';

  var path = location.pathname;
  var stranger = root.dataset.session === 'none' || path === '/sign-in';
  root.dataset.view = stranger ? 'sign-in' : 'app';

  // The language is sure when it was chosen here, or last seen with the session, or there is nobody who has one.
  var own = kept('language') || kept('userLanguage');
  var language = [own]
    .concat(navigator.languages)
    .map(function (tag) {
      return (tag || '').toLowerCase().split('-')[0];
    })
    .find(function (primary) {
      return ['en', 'nl', 'sv'].includes(primary);
    });
  root.lang = language || 'en';
  if (own || stranger) root.dataset.words = '';

  var headers = { accept: 'application/json', 'accept-language': root.lang };
  var session = fetch('/api/session', { headers: headers, credentials: 'same-origin' });
  session.catch(function () {});
  globalThis.quarterdeckStarted = { '/api/session': session };

  var parts = __PARTS__;
  var page = stranger ? '/sign-in' : path === '/' ? '/tenant-status/details' : path;
  var wanted = (parts.words[root.lang] || []).concat(parts.pages[page] || []);
  if (parts.hub.pages.includes(page)) wanted = wanted.concat(parts.hub.words[root.lang] || []);
  wanted.forEach(function (index) {
    var link = document.createElement('link');
    link.rel = 'modulepreload';
    link.crossOrigin = '';
    link.href = '/' + parts.files[index];
    document.head.append(link);
  });
})();
