// The frame stands: give it its words, and mark where the reader is.
(function () {
  var root = document.documentElement;
  var words = __WORDS__[root.lang] || {};
  document.querySelectorAll('[data-word]').forEach(function (element) {
    element.textContent = words[element.dataset.word] || element.textContent;
  });
  var path = location.pathname === '/' ? '/tenant-status' : location.pathname;
  var here = Array.from(document.querySelectorAll('[data-place]')).filter(function (element) {
    return (path + '/').startsWith(element.dataset.place + '/');
  });
  if (here.length) here.pop().dataset.here = '';
})();
