document.documentElement.className = 'js';
document.addEventListener('DOMContentLoaded', function () {
  function find(id) { return document.getElementById(id); }
  if (find('mark')) find('id_user_name').addEventListener('input', function () { find('mark').textContent = ''; });
  if (!find('wait')) return;
  var data = find('wait').dataset, end = Date.now() + 1000 * data.left, fetched, said;

  function ask() {
    if (!document.hidden) fetch(data.status).then(function (answer) {
      return answer.status < 429 ? answer.text() : data.state;
    }).then(function (state) {
      if (state == data.state) return;
      if (state == 'profile-fetched' && Date.now() - (fetched = fetched || Date.now()) < 15000) return;
      location.reload();
    }).catch(function () {});
  }

  function tick() {
    var left = Math.max(0, Math.ceil((end - Date.now()) / 1000)), text = left ? data.soon : data.over;
    find('digits').textContent = Math.floor(left / 60) + ':' + ('0' + left % 60).slice(-2);
    find('bar').value = left;
    if (left > 60 || said == text) return;
    find('say').textContent = said = text;
    find('clock').className = 'card late';
  }

  setInterval(ask, 4000);
  if (find('digits')) setInterval(tick, 1000);
  document.addEventListener('visibilitychange', ask);
  ['pageshow', 'focus', 'online'].forEach(function (name) { addEventListener(name, ask); });
});
