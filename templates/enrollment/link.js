document.documentElement.className = navigator.maxTouchPoints > 1 ? 'js touch' : 'js';
document.addEventListener('DOMContentLoaded', function () {
  var link = document.getElementById('link'), button = document.getElementById('copy');
  if (!button) return;

  function say() { document.getElementById('copied').textContent = button.dataset.said; }

  function select() {
    link.focus();
    link.setSelectionRange(0, link.value.length);
  }

  button.addEventListener('click', function () {
    select();
    if (navigator.clipboard) navigator.clipboard.writeText(link.value).then(say, select);
    else if (document.execCommand('copy')) say();
  });
});
