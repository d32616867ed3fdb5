@echo off
rem Starts dopt on Windows: builds it when there is no build, then runs it. After changing sources run: mvnw.cmd package
setlocal
set "root=%~dp0"
set "jar=%root%cli\target\dopt-cli.jar"
set "java=java"
if defined JAVA_HOME set "java=%JAVA_HOME%\bin\java.exe"
"%java%" -version >nul 2>&1
if errorlevel 1 (
  echo dopt: error: No Java found. Install a JDK 17 or newer and set JAVA_HOME to it. 1>&2
  exit /b 5
)
if not exist "%jar%" (
  echo dopt: building dopt ^(first use^)... 1>&2
  pushd "%root%"
  call mvnw.cmd -q -B -ntp -Dmaven.test.skip=true package 1>&2 || (popd & exit /b 5)
  popd
)
"%java%" -XX:+UseSerialGC -Xmx2g -Djava.awt.headless=true -Dai.djl.offline=true %DOPT_JAVA_OPTS% -jar "%jar%" %*
exit /b %errorlevel%
