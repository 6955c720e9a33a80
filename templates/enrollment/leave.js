document.addEventListener('DOMContentLoaded', function () {
  if (performance.navigation.type !== 2) document.getElementById('away').submit();
});
